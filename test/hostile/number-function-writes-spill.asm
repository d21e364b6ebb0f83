; tries: a number on the caller's stack that a function changes
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  stdw [r10-8], 3
  mov r6, r1
  mov r1, r10
  call_local F
  mov r1, r6
  ldxdw r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit
F:
  stdw [r1-8], 16
  mov r0, 0
  exit

; repaired: to a small one

  stdw [r10-8], 16
  mov r6, r1
  mov r1, r10
  call_local F
  mov r1, r6
  ldxdw r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit
F:
  stdw [r1-8], 3
  mov r0, 0
  exit
