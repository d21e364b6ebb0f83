; tries: a chain where an inode belongs
; rule: helper
; on: fs_walk
; maps: inodes

  ldxdw r2, [r1+8]
  lddw_map r1, 0
  call 60
  mov r0, 0
  exit

; repaired: the inode

  ldxdw r2, [r1+16]
  lddw_map r1, 0
  call 60
  mov r0, 0
  exit
