; tries: a pointer, negated
; rule: pointer
; on: fs_walk

  mov r2, r10
  neg r2
  mov r0, r2
  exit
