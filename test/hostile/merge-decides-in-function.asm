; tries: a number that is 16 on one of two paths, that decides in a function which number is used
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r8, r1
  mov r1, r6
  call_local F
  mov r1, r8
  mov r7, r0
  add r1, r7
  ldxb r0, [r1+0]
  exit
F:
  mov r0, 3
  jne r1, 16, K
  mov r0, 16
K:
  exit

; repaired: it decides between two harmless ones

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r8, r1
  mov r1, r6
  call_local F
  mov r1, r8
  mov r7, r0
  add r1, r7
  ldxb r0, [r1+0]
  exit
F:
  mov r0, 3
  jne r1, 16, K
  mov r0, 15
K:
  exit
