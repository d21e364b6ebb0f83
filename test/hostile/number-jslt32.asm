; tries: an index whose lower half is less than 16 and negative
; rule: memory
; on: raw, 16 bytes of memory
; memory: ffffffff 00000000 0000000000000000

  ldxw r6, [r1+0]
  jslt32 r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: compared as unsigned

  ldxw r6, [r1+0]
  jlt32 r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
