; tries: a comparison of two inodes
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+16]
  ldxdw r3, [r1+16]
  mov r0, 0
  jeq r2, r3, +0
  exit
