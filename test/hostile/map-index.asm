; tries: a map that the program has not
; rule: map
; on: fs_walk
; maps: inodes

  lddw_map r1, 1
  mov r0, 0
  exit

; repaired: the first

  lddw_map r1, 0
  mov r0, 0
  exit
