; tries: a signed division by the immediate 0
; rule: division
; on: fs_walk

  mov r0, 1
  sdiv r0, 0
  exit
