; tries: an error behind a comparison that always jumps
; rule: uninitialised
; on: fs_walk

  mov r2, 1
  jeq r2, 1, +1
  mov r3, r7
  mov r0, 0
  exit

; repaired: what no run reaches is sound too

  mov r2, 1
  jeq r2, 1, +1
  mov r3, r2
  mov r0, 0
  exit
