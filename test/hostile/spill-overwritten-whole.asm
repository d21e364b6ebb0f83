; tries: a pointer on the stack, replaced by a number and then used
; rule: pointer
; on: fs_walk

  stxdw [r10-8], r1
  stdw [r10-8], 64
  ldxdw r2, [r10-8]
  ldxdw r3, [r2+0]
  mov r0, 0
  exit
