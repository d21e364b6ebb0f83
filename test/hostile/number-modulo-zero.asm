; tries: a remainder of what may be 0: the number stays as it is
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00ff 0000000000000000000000000000

  ldxb r7, [r1+0]
  and r7, 15
  ldxb r6, [r1+1]
  mod r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: the number itself is in range

  ldxb r7, [r1+0]
  and r7, 15
  ldxb r6, [r1+1]
  and r6, 15
  mod r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit
