; tries: a pointer into the context, moved
; rule: pointer
; on: fs_walk

  add r1, 8
  ldxdw r2, [r1+0]
  mov r0, 0
  exit

; repaired: a displacement

  ldxdw r2, [r1+8]
  mov r0, 0
  exit
