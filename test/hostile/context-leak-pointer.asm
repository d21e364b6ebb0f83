; tries: the address of the stack in the cookie
; rule: pointer
; on: fs_walk

  stxdw [r1+0], r10
  mov r0, 0
  exit

; repaired: on the stack

  stxdw [r10-8], r10
  mov r0, 0
  exit
