; tries: a sum of two pointers
; rule: pointer
; on: fs_walk

  mov r2, r10
  add r2, r10
  mov r0, 0
  exit

; repaired: the distance of the two

  mov r2, r10
  sub r2, r10
  mov r0, r2
  exit
