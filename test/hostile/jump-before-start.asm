; tries: a jump to slot -1
; rule: jump_target
; on: fs_walk

  mov r0, 0
  jeq r0, 1, -3
  exit
