; tries: a write of `inode_lookup`
; rule: context
; on: fs_walk

  stb [r1+24], 1
  mov r0, 0
  exit
