; tries: a division by what may be 0: the result is 0, and -1 from it is not
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r7, [r1+0]
  mov r6, 16
  div r6, r7
  sub r6, 1
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: 0 is in range

  ldxb r7, [r1+0]
  mov r6, 15
  div r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit
