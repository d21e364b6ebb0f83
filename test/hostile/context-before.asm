; tries: a read in front of the context
; rule: context
; on: fs_walk

  ldxdw r2, [r1-8]
  mov r0, 0
  exit
