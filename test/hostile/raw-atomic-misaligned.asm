; tries: an atomic addition at an odd place
; rule: alignment
; on: raw, 8 bytes of memory

  mov r2, 1
  lock_add32 [r1+1], r2
  mov r0, 0
  exit

; repaired: at an aligned one

  mov r2, 1
  lock_add32 [r1+4], r2
  mov r0, 0
  exit
