; tries: a pointer as the value to compare with
; rule: pointer
; on: fs_walk

  stdw [r10-8], 0
  mov r0, r10
  mov r2, 1
  lock_cmpxchg [r10-8], r2
  mov r0, 0
  exit

; repaired: a number

  stdw [r10-8], 0
  mov r0, 0
  mov r2, 1
  lock_cmpxchg [r10-8], r2
  mov r0, 0
  exit
