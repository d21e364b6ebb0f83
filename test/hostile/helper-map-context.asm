; tries: the context where a map belongs
; rule: helper
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  call 3
  mov r0, 0
  exit
