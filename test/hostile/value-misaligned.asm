; tries: eight bytes of the value at an odd place
; rule: alignment
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
  ldxdw r2, [r0+4]
  mov r0, 0
  exit

; repaired: at 8

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  ldxdw r2, [r0+8]
  mov r0, 0
  exit
