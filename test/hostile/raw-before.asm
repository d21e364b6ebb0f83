; tries: a read in front of the memory
; rule: memory
; on: raw, 8 bytes of memory

  ldxb r0, [r1-1]
  exit
