; tries: `fs_get` asks an inode map
; rule: helper
; on: fs_get
; maps: inodes

  ldxdw r2, [r1+16]
  lddw_map r1, 0
  call 60
  mov r0, 0
  exit
