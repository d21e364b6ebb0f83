; tries: a wide jump of 2^31-1 slots
; rule: jump_target
; on: fs_walk

  mov r0, 0
  ja32 +2147483647
  exit
