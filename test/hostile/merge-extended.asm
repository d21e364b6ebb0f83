; tries: an index that is 16 on one of two paths, sign-extended
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  movsx8 r7, r6
  add r1, r7
  ldxb r0, [r1+0]
  exit

; repaired: no path has 16

  ldxb r2, [r1+0]
  mov r6, 15
  jeq r2, 0, L
  mov r6, 3
L:
  movsx8 r7, r6
  add r1, r7
  ldxb r0, [r1+0]
  exit
