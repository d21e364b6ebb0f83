; tries: a write through an opaque pointer
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+8]
  stdw [r2+0], 0
  mov r0, 0
  exit
