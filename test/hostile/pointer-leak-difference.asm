; tries: the distance between stack and context
; rule: pointer
; on: fs_walk

  mov r2, r10
  sub r2, r1
  mov r0, r2
  exit
