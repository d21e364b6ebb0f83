; tries: the lower half of a pointer, by a sum
; rule: pointer
; on: fs_walk

  mov r2, r10
  add32 r2, 0
  mov r0, r2
  exit
