; tries: a pointer that creeps on until it finds a byte
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

L:
  ldxb r4, [r1+0]
  add r1, 1
  jeq r4, 0, L
  mov r0, 0
  exit

; repaired: or the end

  mov r5, r1
  add r5, r2
L:
  jge r1, r5, M
  ldxb r4, [r1+0]
  add r1, 1
  jeq r4, 0, L
M:
  mov r0, 0
  exit
