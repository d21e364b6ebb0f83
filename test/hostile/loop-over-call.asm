; tries: a loop around a local call that returns what ends it, or not
; rule: loop
; on: fs_walk

  mov r6, r1
L:
  mov r1, r6
  call_local F
  jne r0, 0, L
  mov r0, 0
  exit
F:
  ldxdw r0, [r1+0]
  exit

; repaired: three rounds

  mov r6, r1
  mov r7, 3
L:
  mov r1, r6
  call_local F
  sub r7, 1
  jne r7, 0, L
  mov r0, 0
  exit
F:
  ldxdw r0, [r1+0]
  exit
