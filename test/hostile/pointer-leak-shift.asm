; tries: a pointer, shifted
; rule: pointer
; on: fs_walk

  mov r2, r10
  rsh r2, 12
  mov r0, r2
  exit
