; tries: a pointer below the stack, with a displacement that leads back
; rule: pointer
; on: fs_walk

  mov r2, r10
  add r2, -1024
  stdw [r2+1000], 0
  mov r0, 0
  exit

; repaired: a pointer within it

  mov r2, r10
  add r2, -504
  stdw [r2+480], 0
  mov r0, 0
  exit
