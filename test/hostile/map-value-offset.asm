; tries: an address behind the value
; rule: map_value
; on: fs_walk
; maps: global

  lddw_map_value r1, 0, 8
  mov r0, 0
  exit

; repaired: its last byte

  lddw_map_value r1, 0, 7
  mov r0, 0
  exit
