; tries: a signed remainder, which has the sign of the number
; rule: memory
; on: raw, 16 bytes of memory
; memory: ffffffffffffffff 0000000000000000

  ldxdw r6, [r1+0]
  smod r6, 16
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: unsigned

  ldxdw r6, [r1+0]
  mod r6, 16
  add r1, r6
  ldxb r0, [r1+0]
  exit
