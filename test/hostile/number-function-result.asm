; tries: a number that a function has made larger
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r6, r1
  mov r1, 8
  call_local F
  add r6, r0
  ldxb r0, [r6+0]
  exit
F:
  mov r0, r1
  add r0, r0
  exit

; repaired: it gives it back

  mov r6, r1
  mov r1, 8
  call_local F
  add r6, r0
  ldxb r0, [r6+0]
  exit
F:
  mov r0, r1
  exit
