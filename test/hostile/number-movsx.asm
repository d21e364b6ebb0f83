; tries: a byte, sign-extended
; rule: memory
; on: raw, 16 bytes of memory
; memory: ff000000000000000000000000000000

  ldxb r6, [r1+0]
  movsx8 r6, r6
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: a small one

  ldxb r6, [r1+0]
  and r6, 15
  movsx8 r6, r6
  add r1, r6
  ldxb r0, [r1+0]
  exit
