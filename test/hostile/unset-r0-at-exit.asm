; tries: a return without a verdict
; rule: uninitialised
; on: fs_walk

  mov r1, 0
  exit

; repaired: r0 is written

  mov r0, 0
  exit
