; tries: a number of 32 bits, shifted with its sign
; rule: memory
; on: raw, 16 bytes of memory
; memory: 000000f0 00000000 0000000000000000

  ldxw r6, [r1+0]
  arsh32 r6, 28
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: zeros come in

  ldxw r6, [r1+0]
  rsh32 r6, 28
  add r1, r6
  ldxb r0, [r1+0]
  exit
