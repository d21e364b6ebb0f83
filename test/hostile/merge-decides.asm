; tries: a number that is 16 on one of two paths, that decides which number is used
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r7, 3
  jne r6, 16, K
  mov r7, 16
K:
  mov r0, 0
  add r1, r7
  ldxb r0, [r1+0]
  exit

; repaired: it decides between two harmless ones

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r7, 3
  jne r6, 16, K
  mov r7, 15
K:
  mov r0, 0
  add r1, r7
  ldxb r0, [r1+0]
  exit
