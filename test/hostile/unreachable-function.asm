; tries: a function that nobody calls
; rule: unreachable
; on: fs_walk

  mov r0, 0
  exit
  mov r0, 1
  exit
