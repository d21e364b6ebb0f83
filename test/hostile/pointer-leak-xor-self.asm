; tries: a pointer xor itself: 0, but the kernel does not say so
; rule: pointer
; on: fs_walk

  mov r2, r10
  xor r2, r2
  mov r0, r2
  exit

; repaired: a number

  mov r2, 0
  xor r2, r2
  mov r0, r2
  exit
