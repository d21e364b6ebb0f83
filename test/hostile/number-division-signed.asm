; tries: a signed division of a negative number
; rule: memory
; on: raw, 16 bytes of memory
; memory: 80000000000000000000000000000000

  ldxsb r6, [r1+0]
  sdiv r6, 16
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: of one that is not

  ldxb r6, [r1+0]
  sdiv r6, 17
  add r1, r6
  ldxb r0, [r1+0]
  exit
