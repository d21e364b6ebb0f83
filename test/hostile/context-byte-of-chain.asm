; tries: a byte of an opaque pointer
; rule: context
; on: fs_walk

  ldxb r0, [r1+15]
  exit
