; tries: a hash map where an inode map belongs
; rule: helper
; on: fs_walk
; maps: inodes, counts

  ldxdw r2, [r1+16]
  lddw_map r1, 1
  call 60
  mov r0, 0
  exit

; repaired: the inode map

  ldxdw r2, [r1+16]
  lddw_map r1, 0
  call 60
  mov r0, 0
  exit
