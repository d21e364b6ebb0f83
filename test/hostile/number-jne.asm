; tries: an index that is not 16
; rule: memory
; on: raw, 16 bytes of memory
; memory: 11 00000000000000 0000000000000000

  ldxb r6, [r1+0]
  jne r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: that is smaller

  ldxb r6, [r1+0]
  and r6, 31
  jlt r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
