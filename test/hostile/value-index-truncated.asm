; tries: an index whose check is of a copy that was cut
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
  mov r7, r6
  and r7, 7
  add r0, r6
  ldxb r2, [r0+0]
  mov r0, 0
  exit

; repaired: the copy is used

  ldxdw r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  mov r7, r6
  and r7, 7
  add r0, r7
  ldxb r2, [r0+0]
  mov r0, 0
  exit
