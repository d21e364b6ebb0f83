; tries: an atomic addition beneath the stack
; rule: stack
; on: fs_walk

  mov r2, 1
  lock_add [r10-520], r2
  mov r0, 0
  exit
