; tries: four bytes in the middle of the cookie
; rule: context
; on: fs_walk

  ldxw r2, [r1+2]
  mov r0, 0
  exit

; repaired: its lower half

  ldxw r2, [r1+0]
  mov r0, 0
  exit
