; tries: a function that leaves a pointer to its own stack on its caller's
; rule: uninitialised
; follows: pointer
; on: fs_walk

  mov r1, r10
  add r1, -8
  call_local F
  ldxdw r2, [r10-8]
  stdw [r2-8], 1
  mov r0, 0
  exit
F:
  stxdw [r1+0], r10
  mov r0, 0
  exit

; repaired: a pointer to the caller's

  mov r1, r10
  add r1, -8
  call_local F
  ldxdw r2, [r10-8]
  stdw [r2-8], 1
  mov r0, 0
  exit
F:
  stxdw [r1+0], r1
  mov r0, 0
  exit
