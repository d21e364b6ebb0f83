; tries: an opaque pointer, moved
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+16]
  add r2, 8
  mov r0, 0
  exit
