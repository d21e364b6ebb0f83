; tries: an inode in the cookie, to know it again on the next step
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+16]
  stxdw [r1+0], r2
  mov r0, 0
  exit

; repaired: on the stack

  ldxdw r2, [r1+16]
  stxdw [r10-8], r2
  mov r0, 0
  exit
