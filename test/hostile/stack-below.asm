; tries: a store beneath the 512 bytes
; rule: stack
; on: fs_walk

  stdw [r10-520], 0
  mov r0, 0
  exit

; repaired: the lowest eight

  stdw [r10-512], 0
  mov r0, 0
  exit
