; tries: a comparison of the address of the context
; rule: pointer
; on: fs_walk

  mov r0, 0
  jgt r1, 4096, +0
  exit
