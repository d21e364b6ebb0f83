; tries: an index that is less than 16, and negative
; rule: memory
; on: raw, 16 bytes of memory
; memory: ffffffffffffffff 0000000000000000

  ldxdw r6, [r1+0]
  jslt r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: compared as unsigned

  ldxdw r6, [r1+0]
  jlt r6, 16, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
