; tries: an access to the map itself instead of a value
; rule: pointer
; on: fs_walk
; maps: counts

  lddw_map r1, 0
  ldxdw r2, [r1+0]
  mov r0, 0
  exit
