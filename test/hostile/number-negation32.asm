; tries: the negative of 32 bits
; rule: memory
; on: raw, 16 bytes of memory
; memory: 01000000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 7
  neg32 r6
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: cut

  ldxb r6, [r1+0]
  and r6, 7
  neg32 r6
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
