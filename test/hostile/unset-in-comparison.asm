; tries: a comparison with a register that was never written
; rule: uninitialised
; on: fs_walk

  mov r0, 0
  jeq r0, r5, +0
  exit

; repaired: it is written

  mov r0, 0
  mov r5, 0
  jeq r0, r5, +0
  exit
