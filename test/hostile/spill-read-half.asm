; tries: the lower half of a pointer on the stack, as a number
; rule: pointer
; on: fs_walk

  stxdw [r10-8], r1
  ldxw r0, [r10-8]
  exit

; repaired: the whole pointer, used as one

  stxdw [r10-8], r1
  ldxdw r2, [r10-8]
  ldxdw r0, [r2+0]
  exit
