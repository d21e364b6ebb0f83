; tries: four bytes in the middle of the cookie
; rule: alignment
; on: fs_walk

  ldxw r2, [r1+2]
  mov r0, 0
  exit

; repaired: its upper half

  ldxw r2, [r1+4]
  mov r0, 0
  exit
