; tries: three loops within each other, 200 rounds each
; rule: budget
; on: fs_walk

  mov r2, 0
A:
  mov r3, 0
B:
  mov r4, 0
C:
  add r4, 1
  jlt r4, 200, C
  add r3, 1
  jlt r3, 200, B
  add r2, 1
  jlt r2, 200, A
  mov r0, 0
  exit

; repaired: 20 rounds each

  mov r2, 0
A:
  mov r3, 0
B:
  mov r4, 0
C:
  add r4, 1
  jlt r4, 20, C
  add r3, 1
  jlt r3, 20, B
  add r2, 1
  jlt r2, 20, A
  mov r0, 0
  exit
