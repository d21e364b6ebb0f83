; tries: an immediate that is sign-extended
; rule: memory
; on: raw, 16 bytes of memory
; memory: 10000000000000000000000000000000

  ldxdw r6, [r1+0]
  and r6, -16
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: a small one

  ldxdw r6, [r1+0]
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
