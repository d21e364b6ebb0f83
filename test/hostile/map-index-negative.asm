; tries: a map with a negative index
; rule: map
; on: fs_walk
; maps: inodes

  lddw_map r1, -1
  mov r0, 0
  exit
