; tries: a helper that there is not
; rule: helper
; on: fs_walk

  call 99
  mov r0, 0
  exit
