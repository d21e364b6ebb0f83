; tries: a spilled number that is a pointer on one path, returned
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+0]
  stxdw [r10-8], r1
  jeq r2, 0, L
  stdw [r10-8], 64
L:
  ldxdw r0, [r10-8]
  exit

; repaired: a number on both

  ldxdw r2, [r1+0]
  stdw [r10-8], 3
  jeq r2, 0, L
  stdw [r10-8], 64
L:
  ldxdw r0, [r10-8]
  exit
