; tries: a number where a value belongs
; rule: helper
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  mov r3, 0
  mov r4, 0
  call 2
  mov r0, 0
  exit
