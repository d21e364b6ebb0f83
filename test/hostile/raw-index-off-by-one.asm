; tries: an index that may be as large as the size
; rule: memory
; on: raw, 8 bytes of memory

  ldxb r3, [r1+0]
  mov r0, 0
  jgt r3, r2, L
  add r1, r3
  ldxb r0, [r1+0]
L:
  exit

; repaired: smaller

  ldxb r3, [r1+0]
  mov r0, 0
  jge r3, r2, L
  add r1, r3
  ldxb r0, [r1+0]
L:
  exit
