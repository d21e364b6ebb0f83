; tries: a shift by -1
; rule: shift
; on: fs_walk

  mov r0, 1
  arsh r0, -1
  exit
