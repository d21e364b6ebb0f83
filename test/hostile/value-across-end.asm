; tries: a store that begins within the value and ends behind it
; rule: map_value
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
  stdw [r0+12], 1
  mov r0, 0
  exit

; repaired: four bytes

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  stw [r0+12], 1
  mov r0, 0
  exit
