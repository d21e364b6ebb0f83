; tries: a value of one map or of a smaller one
; rule: map_value
; on: fs_walk
; maps: counts, global

  ldxdw r6, [r1+0]
  lddw_map_value r7, 1, 0
  jeq r6, 0, L
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r7, r0
  jne r7, 0, L
  mov r0, 0
  exit
L:
  ldxdw r0, [r7+8]
  exit

; repaired: what both have

  ldxdw r6, [r1+0]
  lddw_map_value r7, 1, 0
  jeq r6, 0, L
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r7, r0
  jne r7, 0, L
  mov r0, 0
  exit
L:
  ldxdw r0, [r7+0]
  exit
