; tries: an inode where a chain belongs
; rule: helper
; on: fs_walk

  mov r6, r1
  ldxdw r1, [r6+16]
  mov r2, r1
  call 61
  mov r0, 0
  exit

; repaired: the chain

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  call 61
  mov r0, 0
  exit
