; tries: a difference of 32 bits that wraps around
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 7
  sub32 r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: a sum

  ldxb r6, [r1+0]
  and r6, 7
  add32 r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit
