; tries: a loop that ends, after two million rounds
; rule: budget
; on: fs_walk

  mov r2, 0
L:
  add r2, 1
  jlt r2, 2000000, L
  mov r0, 0
  exit

; repaired: two thousand

  mov r2, 0
L:
  add r2, 1
  jlt r2, 2000, L
  mov r0, 0
  exit
