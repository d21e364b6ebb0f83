; tries: a register that is written on one of two paths
; rule: uninitialised
; on: fs_walk

  ldxdw r2, [r1+0]
  jeq r2, 0, +1
  mov r7, 1
  mov r0, r7
  exit

; repaired: on both

  ldxdw r2, [r1+0]
  mov r7, 0
  jeq r2, 0, +1
  mov r7, 1
  mov r0, r7
  exit
