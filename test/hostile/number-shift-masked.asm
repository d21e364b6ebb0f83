; tries: a shift by 64, which is one by 0
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r6, 17
  mov r7, 64
  lsh r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: by 63

  mov r6, 17
  mov r7, 63
  rsh r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit
