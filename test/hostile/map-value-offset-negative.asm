; tries: an address in front of the value
; rule: map_value
; on: fs_walk
; maps: global

  lddw_map_value r1, 0, -1
  mov r0, 0
  exit
