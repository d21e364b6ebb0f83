; tries: the address of a value of an array of 16 entries
; rule: map
; on: fs_walk
; maps: table

  lddw_map_value r1, 0, 0
  mov r0, 0
  exit
