; tries: a negative number, shifted: it stays negative
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000f0 0000000000000000

  ldxdw r6, [r1+0]
  arsh r6, 60
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: zeros come in

  ldxdw r6, [r1+0]
  rsh r6, 60
  add r1, r6
  ldxb r0, [r1+0]
  exit
