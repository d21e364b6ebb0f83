; tries: a function that never returns
; rule: loop
; on: fs_walk

  call_local F
  exit
F:
  mov r0, 0
L:
  jeq r0, 0, L
  exit
