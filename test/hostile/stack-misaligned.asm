; tries: eight bytes at an offset of -12
; rule: alignment
; on: fs_walk

  stdw [r10-12], 0
  mov r0, 0
  exit

; repaired: of -16

  stdw [r10-16], 0
  mov r0, 0
  exit
