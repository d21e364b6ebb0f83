; tries: a comparison of the addresses of values
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r6, r0
  jeq r6, 0, L
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r0, 0, L
  jlt r0, r6, L
L:
  mov r0, 0
  exit
