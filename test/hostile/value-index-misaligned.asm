; tries: eight bytes at any place of the value
; rule: alignment
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
  and r6, 7
  add r0, r6
  ldxdw r2, [r0+0]
  mov r0, 0
  exit

; repaired: at 0 or 8

  ldxb r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  and r6, 8
  add r0, r6
  ldxdw r2, [r0+0]
  mov r0, 0
  exit
