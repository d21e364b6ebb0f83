; tries: a loop whose counter is another register
; rule: loop
; on: fs_walk

  mov r2, 4
  mov r3, 0
L:
  add r3, 1
  and r3, 1
  jne r2, 0, L
  mov r0, 0
  exit

; repaired: it counts

  mov r2, 4
  mov r3, 0
L:
  add r3, 1
  and r3, 1
  sub r2, 1
  jne r2, 0, L
  mov r0, 0
  exit
