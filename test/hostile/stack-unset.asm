; tries: a read of stack that was never written: a program that ran before could show
; rule: uninitialised
; on: fs_walk

  ldxdw r0, [r10-8]
  exit

; repaired: it is written

  stdw [r10-8], 0
  ldxdw r0, [r10-8]
  exit
