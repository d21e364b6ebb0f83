; tries: an index whose lower half is compared
; rule: memory
; on: raw, 16 bytes of memory
; memory: 05000000 01000000 0000000000000000

  ldxdw r6, [r1+0]
  jeq32 r6, 5, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: the whole

  ldxdw r6, [r1+0]
  jeq r6, 5, L
  mov r0, 0
  exit
L:
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
