; tries: a store above the frame pointer
; rule: stack
; on: fs_walk

  stdw [r10+0], 0
  mov r0, 0
  exit

; repaired: below it

  stdw [r10-8], 0
  mov r0, 0
  exit
