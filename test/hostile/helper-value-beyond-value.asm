; tries: the second half of a value as a value: it ends behind it
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
  mov r3, r0
  add r3, 8
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r4, 0
  call 2
  mov r0, 0
  exit

; repaired: the whole value

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  mov r3, r0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r4, 0
  call 2
  mov r0, 0
  exit
