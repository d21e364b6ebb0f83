; tries: a pointer in front of the value, with a displacement that leads back
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  sub r0, 8
  ldxb r2, [r0+8]
  mov r0, 0
  exit

; repaired: the pointer lies within

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  add r0, 8
  ldxb r2, [r0-8]
  mov r0, 0
  exit
