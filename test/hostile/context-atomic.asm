; tries: an atomic addition to the cookie
; rule: unsupported
; on: fs_walk

  mov r2, 1
  lock_add [r1+0], r2
  mov r0, 0
  exit

; repaired: a load and a store

  ldxdw r2, [r1+0]
  add r2, 1
  stxdw [r1+0], r2
  mov r0, 0
  exit
