; tries: an index on the stack of which a byte is changed
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  stdw [r10-8], 4
  stb [r10-7], 1
  ldxdw r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: cut

  stdw [r10-8], 4
  stb [r10-7], 1
  ldxdw r6, [r10-8]
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
