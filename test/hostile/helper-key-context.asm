; tries: the context as a key
; rule: helper
; on: fs_walk
; maps: counts

  mov r2, r1
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
