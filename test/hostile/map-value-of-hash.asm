; tries: the address of a value of a hash map, whose values move
; rule: map
; on: fs_walk
; maps: counts, global

  lddw_map_value r1, 0, 0
  mov r0, 0
  exit

; repaired: of an array of one entry

  lddw_map_value r1, 1, 0
  mov r0, 0
  exit
