; tries: a value that ends above the stack
; rule: stack
; on: fs_walk
; maps: counts

  stdw [r10-16], 0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r3, r10
  add r3, -8
  mov r4, 0
  call 2
  mov r0, 0
  exit
