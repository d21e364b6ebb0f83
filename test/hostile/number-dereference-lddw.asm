; tries: an access through an address that was guessed
; rule: pointer
; on: fs_walk

  lddw r2, 0xffff888000000000
  ldxdw r0, [r2+0]
  exit
