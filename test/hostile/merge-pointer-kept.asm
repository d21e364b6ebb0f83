; tries: r6 that is a number on one path, used as a pointer behind a call
; rule: pointer
; on: fs_walk

  ldxdw r2, [r1+0]
  mov r6, 64
  jeq r2, 0, L
  mov r6, r1
L:
  call_local F
  ldxdw r0, [r6+0]
  exit
F:
  mov r0, 0
  exit

; repaired: a pointer on both

  ldxdw r2, [r1+0]
  mov r6, r1
  jeq r2, 0, L
  mov r6, r1
L:
  call_local F
  ldxdw r0, [r6+0]
  exit
F:
  mov r0, 0
  exit
