; tries: a number where a map belongs
; rule: helper
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  mov r1, 1
  call 1
  mov r0, 0
  exit
