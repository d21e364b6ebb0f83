; tries: a small negative number, cut to 32 bits
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov32 r6, -1
  add r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: 64 bits: 0

  mov r6, -1
  add r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit
