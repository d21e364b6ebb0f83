; tries: a shift of 32 bits by 32, which is one by 0
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r6, 17
  mov r7, 32
  rsh32 r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: by 31

  mov r6, 17
  mov r7, 31
  rsh32 r6, r7
  add r1, r6
  ldxb r0, [r1+0]
  exit
