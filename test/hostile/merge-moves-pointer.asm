; tries: an index that is 16 on one of two paths, that moves a pointer on the stack
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  add r1, r6
  stxdw [r10-8], r1
  mov r1, 0
  mov r6, 0
  ldxdw r3, [r10-8]
  ldxb r0, [r3+0]
  exit

; repaired: no path has 16

  ldxb r2, [r1+0]
  mov r6, 15
  jeq r2, 0, L
  mov r6, 3
L:
  add r1, r6
  stxdw [r10-8], r1
  mov r1, 0
  mov r6, 0
  ldxdw r3, [r10-8]
  ldxb r0, [r3+0]
  exit
