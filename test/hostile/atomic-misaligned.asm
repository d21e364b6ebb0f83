; tries: an atomic addition at an odd place of the stack
; rule: alignment
; on: fs_walk

  stdw [r10-8], 0
  stdw [r10-16], 0
  mov r2, 1
  lock_add [r10-12], r2
  mov r0, 0
  exit

; repaired: at an aligned one

  stdw [r10-8], 0
  stdw [r10-16], 0
  mov r2, 1
  lock_add [r10-16], r2
  mov r0, 0
  exit
