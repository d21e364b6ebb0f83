; tries: a pointer, sign-extended
; rule: pointer
; on: fs_walk

  movsx32 r0, r10
  exit
