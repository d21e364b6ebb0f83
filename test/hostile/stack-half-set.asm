; tries: eight bytes of which four are written
; rule: uninitialised
; on: fs_walk

  stw [r10-8], 0
  ldxdw r0, [r10-8]
  exit

; repaired: all eight

  stw [r10-8], 0
  stw [r10-4], 0
  ldxdw r0, [r10-8]
  exit
