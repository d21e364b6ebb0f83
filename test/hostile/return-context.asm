; tries: a return of the context: its address would show
; rule: pointer
; on: fs_walk

  mov r0, r1
  exit
