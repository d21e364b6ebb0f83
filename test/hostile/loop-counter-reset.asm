; tries: a loop that sets its counter back in each round
; rule: loop
; on: fs_walk

  mov r2, 4
L:
  sub r2, 1
  mov r2, 4
  jne r2, 0, L
  mov r0, 0
  exit
