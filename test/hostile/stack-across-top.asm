; tries: a store that begins within the stack and ends beyond
; rule: stack
; on: fs_walk

  stdw [r10-4], 0
  mov r0, 0
  exit

; repaired: four bytes

  stw [r10-4], 0
  mov r0, 0
  exit
