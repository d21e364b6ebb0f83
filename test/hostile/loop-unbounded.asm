; tries: a loop for as many rounds as the cookie says
; rule: budget
; on: fs_walk

  ldxdw r2, [r1+0]
L:
  sub r2, 1
  jne r2, 0, L
  mov r0, 0
  exit

; repaired: four rounds

  ldxdw r2, [r1+0]
  mov r2, 4
L:
  sub r2, 1
  jne r2, 0, L
  mov r0, 0
  exit
