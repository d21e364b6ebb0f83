; tries: a pointer added to a number in memory
; rule: pointer
; on: fs_walk

  stdw [r10-8], 0
  lock_add [r10-8], r10
  ldxdw r0, [r10-8]
  exit
