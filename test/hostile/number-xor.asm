; tries: a small number xor 16
; rule: memory
; on: raw, 16 bytes of memory
; memory: 01000000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 15
  xor r6, 16
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: xor 8

  ldxb r6, [r1+0]
  and r6, 15
  xor r6, 8
  add r1, r6
  ldxb r0, [r1+0]
  exit
