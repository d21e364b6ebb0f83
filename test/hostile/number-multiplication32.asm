; tries: a product of 32 bits that wraps around: all is possible
; rule: memory
; on: raw, 16 bytes of memory
; memory: 5b555555 00000000 0000000000000000

  ldxw r6, [r1+0]
  mul32 r6, 3
  jgt32 r6, 17, L
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
L:
  mov r0, 0
  exit

; repaired: 15 at most

  ldxw r6, [r1+0]
  mul32 r6, 3
  jgt32 r6, 15, L
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
L:
  mov r0, 0
  exit
