; tries: stack that is written on one of two paths
; rule: uninitialised
; on: fs_walk

  ldxdw r2, [r1+0]
  jeq r2, 0, +1
  stdw [r10-8], 0
  ldxdw r0, [r10-8]
  exit

; repaired: on both

  ldxdw r2, [r1+0]
  stdw [r10-16], 0
  jeq r2, 0, +1
  stdw [r10-16], 1
  ldxdw r0, [r10-16]
  exit
