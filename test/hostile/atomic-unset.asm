; tries: an atomic addition to stack that was never written
; rule: uninitialised
; on: fs_walk

  mov r2, 1
  lock_add [r10-8], r2
  mov r0, 0
  exit

; repaired: it is written

  stdw [r10-8], 0
  mov r2, 1
  lock_add [r10-8], r2
  mov r0, 0
  exit
