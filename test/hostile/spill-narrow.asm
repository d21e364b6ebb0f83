; tries: four bytes of a pointer, stored
; rule: pointer
; on: fs_walk

  stxw [r10-8], r1
  mov r0, 0
  exit

; repaired: all eight

  stxdw [r10-8], r1
  mov r0, 0
  exit
