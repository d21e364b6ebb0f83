; tries: a pointer rounded down
; rule: pointer
; on: fs_walk

  mov r2, r10
  and r2, -16
  mov r0, 0
  exit
