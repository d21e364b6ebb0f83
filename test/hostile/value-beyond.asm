; tries: a store behind the value
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
  stdw [r0+16], 1
  mov r0, 0
  exit

; repaired: its last eight bytes

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  stdw [r0+8], 1
  mov r0, 0
  exit
