; tries: `inode_lookup`, which `fs_get` has not
; rule: context
; on: fs_get

  ldxb r2, [r1+24]
  mov r0, 0
  exit
