; tries: a function that reads the r6 of its caller
; rule: uninitialised
; on: fs_walk

  mov r6, 1
  call_local F
  exit
F:
  mov r0, r6
  exit

; repaired: r1 is passed

  mov r1, 1
  call_local F
  exit
F:
  mov r0, r1
  exit
