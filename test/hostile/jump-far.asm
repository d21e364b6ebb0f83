; tries: a jump of 32767 slots
; rule: jump_target
; on: fs_walk

  mov r0, 0
  jeq r0, 1, +32767
  exit
