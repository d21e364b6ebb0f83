; tries: what a compare-and-exchange leaves in r0
; rule: memory
; on: raw, 16 bytes of memory
; memory: 10000000000000000000000000000000

  mov r0, 3
  mov r6, 1
  lock_cmpxchg [r1+0], r6
  mov r6, r0
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: cut

  mov r0, 3
  mov r6, 1
  lock_cmpxchg [r1+0], r6
  mov r6, r0
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
