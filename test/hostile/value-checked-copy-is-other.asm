; tries: a copy is asked that was made before the lookup
; rule: pointer
; on: fs_walk
; maps: counts

  mov r6, 1
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

; repaired: a copy of the result

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r6, r0
  jeq r6, 0, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit
