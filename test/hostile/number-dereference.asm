; tries: an access through a number
; rule: pointer
; on: fs_walk

  mov r2, 64
  ldxdw r0, [r2+0]
  exit
