; tries: r6 that one path sets, read behind a call
; rule: uninitialised
; on: fs_walk

  ldxdw r2, [r1+0]
  jeq r2, 0, L
  mov r6, 1
L:
  call_local F
  mov r0, r6
  exit
F:
  mov r0, 0
  exit

; repaired: both

  ldxdw r2, [r1+0]
  mov r6, 2
  jeq r2, 0, L
  mov r6, 1
L:
  call_local F
  mov r0, r6
  exit
F:
  mov r0, 0
  exit
