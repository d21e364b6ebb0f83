; tries: a pointer, hidden by xor
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+0]
  xor r2, r10
  mov r0, r2
  exit
