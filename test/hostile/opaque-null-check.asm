; tries: a comparison of an inode with 0
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+16]
  mov r0, 0
  jeq r2, 0, +0
  exit
