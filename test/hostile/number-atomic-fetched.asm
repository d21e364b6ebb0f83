; tries: what an atomic addition fetches
; rule: memory
; on: raw, 16 bytes of memory
; memory: 10000000000000000000000000000000

  mov r6, 3
  lock_fetch_add [r1+0], r6
  add r1, r6
  ldxb r0, [r1+0]
  exit

; repaired: cut

  mov r6, 3
  lock_fetch_add [r1+0], r6
  and r6, 15
  add r1, r6
  ldxb r0, [r1+0]
  exit
