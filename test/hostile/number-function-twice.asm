; tries: a function that is checked with a small number and called with a large one
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  mov r6, r1
  mov r2, 1
  call_local F
  mov r1, r6
  mov r2, 16
  call_local F
  exit
F:
  add r1, r2
  ldxb r0, [r1+0]
  exit

; repaired: with small ones

  mov r6, r1
  mov r2, 1
  call_local F
  mov r1, r6
  mov r2, 15
  call_local F
  exit
F:
  add r1, r2
  ldxb r0, [r1+0]
  exit
