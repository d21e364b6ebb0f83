; tries: a function that returns a pointer to its own stack
; rule: pointer
; on: fs_walk

  call_local F
  mov r0, 0
  exit
F:
  mov r0, r10
  exit

; repaired: to its caller's stack

  mov r1, r10
  call_local F
  mov r0, 0
  exit
F:
  mov r0, r1
  exit
