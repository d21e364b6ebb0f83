; tries: a function that returns the r0 of its caller
; rule: uninitialised
; on: fs_walk

  mov r0, 0
  call_local F
  exit
F:
  mov r1, 0
  exit

; repaired: its own

  mov r0, 0
  call_local F
  exit
F:
  mov r0, 0
  exit
