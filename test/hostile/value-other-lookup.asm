; tries: the first lookup is asked, the second one is used
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r6, r0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r6, 0, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit

; repaired: the first one is used

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r6, r0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r6, 0, L
  ldxdw r2, [r6+0]
L:
  mov r0, 0
  exit
