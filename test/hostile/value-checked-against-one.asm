; tries: the result is compared with 1
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r0, 1, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit
