; tries: a comparison of the tag object
; rule: pointer
; on: fs_get

  ldxdw r2, [r1+16]
  mov r0, 0
  jne r2, 1, +0
  exit
