; tries: the byte behind `inode_lookup`
; rule: context
; on: fs_walk

  ldxb r2, [r1+25]
  mov r0, 0
  exit
