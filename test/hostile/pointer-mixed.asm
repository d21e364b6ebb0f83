; tries: a register that is a pointer on one path and a number on the other
; rule: pointer
; on: fs_walk

  mov r6, r10
  ldxdw r2, [r1+0]
  jeq r2, 0, +1
  mov r6, 0
  stdw [r6-8], 0
  mov r0, 0
  exit

; repaired: a pointer on both

  mov r6, r10
  ldxdw r2, [r1+0]
  jeq r2, 0, +1
  mov r6, r10
  stdw [r6-8], 0
  mov r0, 0
  exit
