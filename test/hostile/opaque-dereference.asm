; tries: an access through an opaque pointer
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+16]
  ldxdw r3, [r2+0]
  mov r0, 0
  exit
