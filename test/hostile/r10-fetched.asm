; tries: the frame pointer exchanged with memory
; rule: pointer
; follows: read_only
; on: fs_walk

  stdw [r10-8], 0
  lock_xchg [r10-8], r10
  mov r0, 0
  exit

; repaired: a number is exchanged

  stdw [r10-8], 0
  mov r2, 0
  lock_xchg [r10-8], r2
  mov r0, 0
  exit
