; tries: a copy of the frame pointer that is moved out of the stack
; rule: stack
; on: fs_walk

  mov r2, r10
  add r2, -600
  stdw [r2+0], 0
  mov r0, 0
  exit

; repaired: within it

  mov r2, r10
  add r2, -500
  stdw [r2+4], 0
  mov r0, 0
  exit
