; tries: two paths that meet with different pointers
; rule: memory
; on: raw, 16 bytes of memory
; memory: 01000000000000000000000000000000

  ldxb r2, [r1+0]
  jeq r2, 0, L
  add r1, 8
L:
  ldxb r0, [r1+8]
  exit

; repaired: both harmless

  ldxb r2, [r1+0]
  jeq r2, 0, L
  add r1, 7
L:
  ldxb r0, [r1+8]
  exit
