; tries: a loop that goes one byte too far
; rule: memory
; on: raw, 8 bytes of memory

  mov r0, 0
  mov r3, 0
L:
  mov r4, r1
  add r4, r3
  ldxb r5, [r4+0]
  add r0, r5
  add r3, 1
  jle r3, r2, L
  exit

; repaired: not so far

  mov r0, 0
  mov r3, 0
L:
  mov r4, r1
  add r4, r3
  ldxb r5, [r4+0]
  add r0, r5
  add r3, 1
  jlt r3, r2, L
  exit
