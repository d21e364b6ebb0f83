; tries: the bytes of a pointer, swapped
; rule: pointer
; on: fs_walk

  mov r2, r10
  be64 r2
  mov r0, r2
  exit
