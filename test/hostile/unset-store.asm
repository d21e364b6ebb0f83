; tries: a store of a register that was never written: what was there before would show
; rule: uninitialised
; on: fs_walk

  stxdw [r1+0], r8
  mov r0, 0
  exit

; repaired: it is written

  mov r8, 0
  stxdw [r1+0], r8
  mov r0, 0
  exit
