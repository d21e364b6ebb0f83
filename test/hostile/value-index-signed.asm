; tries: an index that is compared as signed and may be negative
; rule: map_value
; on: fs_walk
; maps: counts

  ldxdw r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  jsgt r6, 8, L
  add r0, r6
  ldxb r2, [r0+0]
L:
  mov r0, 0
  exit

; repaired: compared as unsigned

  ldxdw r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  jgt r6, 8, L
  add r0, r6
  ldxb r2, [r0+0]
L:
  mov r0, 0
  exit
