; tries: a pointer on the stack as a key: its bytes would be in the map
; rule: pointer
; on: fs_walk
; maps: counts

  stxdw [r10-8], r1
  mov r2, r10
  add r2, -8
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: a number

  stdw [r10-8], 0
  mov r2, r10
  add r2, -8
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
