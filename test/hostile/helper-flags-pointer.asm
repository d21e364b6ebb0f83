; tries: a pointer where flags belong
; rule: helper
; on: fs_walk
; maps: counts

  stdw [r10-24], 0
  stdw [r10-16], 0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r3, r10
  add r3, -24
  mov r4, r10
  call 2
  mov r0, 0
  exit
