; tries: a small number whose bytes are swapped
; rule: memory
; on: raw, 16 bytes of memory
; memory: 01000000000000000000000000000000

  ldxb r6, [r1+0]
  and r6, 15
  be16 r6
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: and shifted back

  ldxb r6, [r1+0]
  and r6, 15
  be16 r6
  rsh r6, 8
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
