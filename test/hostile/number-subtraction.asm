; tries: a difference that may be negative
; rule: memory
; on: raw, 16 bytes of memory
; memory: 0007 0000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 7
  ldxb r7, [r1+1]
  and r7, 7
  sub r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: a sum

  ldxb r6, [r1+0]
  and r6, 7
  ldxb r7, [r1+1]
  and r7, 7
  add r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit
