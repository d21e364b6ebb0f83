; tries: the negative of a small number
; rule: memory
; on: raw, 16 bytes of memory
; memory: 01000000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 7
  neg r6
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: twice

  ldxb r6, [r1+0]
  and r6, 7
  neg r6
  neg r6
  add r1, r6
  ldxb r0, [r1+0]
  exit
