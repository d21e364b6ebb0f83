; tries: twice a pointer
; rule: pointer
; on: fs_walk

  mov r2, r10
  mul r2, 2
  mov r0, 0
  exit
