; tries: an index of which bit 4 is not set
; rule: memory
; on: raw, 16 bytes of memory
; memory: 20 00000000000000 0000000000000000

  ldxb r6, [r1+0]
  jset r6, 16, L
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
L:
  mov r0, 0
  exit

; repaired: of which no upper bit is

  ldxb r6, [r1+0]
  jset r6, 240, L
  mov r0, 0
  add r1, r6
  ldxb r0, [r1+0]
  exit
L:
  mov r0, 0
  exit
