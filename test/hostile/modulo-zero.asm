; tries: a remainder of the immediate 0
; rule: division
; on: fs_walk

  mov r0, 1
  mod32 r0, 0
  exit
