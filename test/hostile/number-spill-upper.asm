; tries: the upper half of a number on the stack, taken for the lower one
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  lddw r2, 0x1000000001
  stxdw [r10-8], r2
  ldxw r6, [r10-4]
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: the lower one

  lddw r2, 0x1000000001
  stxdw [r10-8], r2
  ldxw r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit
