; tries: a jump of the program into a local function
; rule: jump_target
; on: fs_walk

  mov r0, 1
  jeq r0, 0, L
  call_local F
  exit
F:
  mov r0, 0
L:
  exit
