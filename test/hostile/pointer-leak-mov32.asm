; tries: the lower half of a pointer
; rule: pointer
; on: fs_walk

  mov32 r0, r10
  exit

; repaired: a copy of the whole

  mov r2, r10
  mov r0, 0
  exit
