; tries: a tag object where an inode belongs
; rule: helper
; on: fs_get

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  call 61
  mov r0, 0
  exit
