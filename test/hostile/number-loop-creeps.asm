; tries: a pointer that creeps out of the memory in a loop
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r0, 0
  mov r3, 17
L:
  ldxb r4, [r1+0]
  add r0, r4
  add r1, 1
  sub r3, 1
  jne r3, 0, L
  exit

; repaired: sixteen rounds

  mov r0, 0
  mov r3, 16
L:
  ldxb r4, [r1+0]
  add r0, r4
  add r1, 1
  sub r3, 1
  jne r3, 0, L
  exit
