; tries: a read of r7, which nothing has written
; rule: uninitialised
; on: fs_walk

  mov r0, r7
  exit

; repaired: it is written

  mov r7, 0
  mov r0, r7
  exit
