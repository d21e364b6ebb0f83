; tries: an inode in a map, to be used in another run
; rule: pointer
; on: fs_walk
; maps: counts

  ldxdw r6, [r1+16]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  stxdw [r0+0], r6
  mov r0, 0
  exit
