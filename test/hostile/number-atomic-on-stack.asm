; tries: a number on the stack that an atomic operation has changed
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  stdw [r10-8], 8
  mov r2, 8
  lock_add [r10-8], r2
  ldxdw r6, [r10-8]
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: cut

  stdw [r10-8], 8
  mov r2, 8
  lock_add [r10-8], r2
  ldxdw r6, [r10-8]
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
