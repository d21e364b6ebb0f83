; tries: a register that one path sets, read by a function
; rule: uninitialised
; on: fs_walk

  ldxdw r2, [r1+0]
  jeq r2, 0, L
  mov r3, 1
L:
  call_local F
  exit
F:
  mov r0, r3
  exit

; repaired: both

  ldxdw r2, [r1+0]
  mov r3, 2
  jeq r2, 0, L
  mov r3, 1
L:
  call_local F
  exit
F:
  mov r0, r3
  exit
