; tries: two paths that meet with different numbers, the harmless one first
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: both harmless

  ldxb r2, [r1+0]
  mov r6, 15
  jeq r2, 0, L
  mov r6, 3
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
