; tries: a number that a store cuts and sign-extends
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r2, 0
  stw [r10-8], -1
  ldxw r6, [r10-8]
  add r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: eight bytes: -1, and then 0

  stdw [r10-8], -1
  ldxdw r6, [r10-8]
  add r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit
