; tries: a spilled pointer that is a number on one path
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+0]
  stdw [r10-8], 64
  jeq r2, 0, L
  stxdw [r10-8], r1
L:
  ldxdw r6, [r10-8]
  ldxdw r0, [r6+0]
  exit

; repaired: a pointer on both

  ldxdw r2, [r1+0]
  stxdw [r10-8], r1
  jeq r2, 0, L
  stxdw [r10-8], r1
L:
  ldxdw r6, [r10-8]
  ldxdw r0, [r6+0]
  exit
