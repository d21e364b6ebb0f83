; tries: a loop whose counter on the stack never changes
; rule: loop
; on: fs_walk

  stdw [r10-8], 4
L:
  ldxdw r2, [r10-8]
  sub r2, 1
  jne r2, 0, L
  mov r0, 0
  exit

; repaired: the counter is stored back

  stdw [r10-8], 4
L:
  ldxdw r2, [r10-8]
  sub r2, 1
  stxdw [r10-8], r2
  jne r2, 0, L
  mov r0, 0
  exit
