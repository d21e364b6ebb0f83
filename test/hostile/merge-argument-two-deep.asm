; tries: an index that is 16 on one of two paths, used by a function of a function that reads it from the stack
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  stxdw [r10-8], r6
  mov r2, r10
  call_local F
  exit
F:
  call_local G
  exit
G:
  ldxdw r3, [r2-8]
  add r1, r3
  ldxb r0, [r1+0]
  exit

; repaired: no path has 16

  ldxb r2, [r1+0]
  mov r6, 15
  jeq r2, 0, L
  mov r6, 3
L:
  stxdw [r10-8], r6
  mov r2, r10
  call_local F
  exit
F:
  call_local G
  exit
G:
  ldxdw r3, [r2-8]
  add r1, r3
  ldxb r0, [r1+0]
  exit
