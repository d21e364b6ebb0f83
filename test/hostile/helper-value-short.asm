; tries: eight bytes of value for a map of sixteen
; rule: uninitialised
; on: fs_walk
; maps: counts

  stdw [r10-24], 0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r3, r10
  add r3, -24
  mov r4, 0
  call 2
  mov r0, 0
  exit

; repaired: sixteen

  stdw [r10-24], 0
  stdw [r10-16], 0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r3, r10
  add r3, -24
  mov r4, 0
  call 2
  mov r0, 0
  exit
