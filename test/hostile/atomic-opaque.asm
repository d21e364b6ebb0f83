; tries: an atomic addition through an opaque pointer
; rule: pointer
; on: fs_walk

  ldxdw r3, [r1+16]
  mov r2, 1
  lock_add [r3+0], r2
  mov r0, 0
  exit
