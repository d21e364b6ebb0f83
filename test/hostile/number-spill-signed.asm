; tries: a byte of the stack, sign-extended
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  stdw [r10-8], 255
  ldxsb r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: 15, which is not negative

  stdw [r10-8], 15
  ldxsb r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit
