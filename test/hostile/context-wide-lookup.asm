; tries: four bytes of `inode_lookup`, which has one
; rule: context
; on: fs_walk

  ldxw r2, [r1+24]
  mov r0, 0
  exit

; repaired: one byte

  ldxb r2, [r1+24]
  mov r0, 0
  exit
