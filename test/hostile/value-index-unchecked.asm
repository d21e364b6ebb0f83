; tries: an index from the cookie that nobody has checked
; rule: map_value
; on: fs_walk
; maps: counts

  ldxb r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  add r0, r6
  ldxb r2, [r0+0]
  mov r0, 0
  exit

; repaired: it is cut to the size

  ldxb r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  and r6, 15
  add r0, r6
  ldxb r2, [r0+0]
  mov r0, 0
  exit
