; tries: a pointer on the stack of which a byte is changed, then used
; rule: uninitialised
; follows: pointer
; on: fs_walk

  stxdw [r10-8], r1
  stb [r10-8], 1
  ldxdw r2, [r10-8]
  ldxdw r3, [r2+0]
  mov r0, 0
  exit

; repaired: another byte

  stxdw [r10-8], r1
  stb [r10-9], 1
  ldxdw r2, [r10-8]
  ldxdw r3, [r2+0]
  mov r0, 0
  exit
