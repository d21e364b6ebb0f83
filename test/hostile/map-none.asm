; tries: a map in a program without maps
; rule: map
; on: fs_walk

  lddw_map r1, 0
  mov r0, 0
  exit
