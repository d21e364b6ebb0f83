; tries: helper 0
; rule: helper
; on: fs_walk

  call 0
  mov r0, 0
  exit
