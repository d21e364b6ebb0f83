; tries: stack that one path writes, read by a function of a function
; rule: uninitialised
; on: fs_walk

  ldxdw r2, [r1+0]
  jeq r2, 0, L
  stdw [r10-8], 1
L:
  mov r1, r10
  call_local F
  exit
F:
  call_local G
  exit
G:
  ldxdw r0, [r1-8]
  exit

; repaired: both

  ldxdw r2, [r1+0]
  stdw [r10-8], 0
  jeq r2, 0, L
  stdw [r10-8], 1
L:
  mov r1, r10
  call_local F
  exit
F:
  call_local G
  exit
G:
  ldxdw r0, [r1-8]
  exit
