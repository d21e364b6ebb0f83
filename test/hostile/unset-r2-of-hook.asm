; tries: a hook has one argument, and r2 is none
; rule: uninitialised
; on: fs_walk

  mov r0, r2
  exit

; repaired: it is written

  mov r2, 0
  mov r0, r2
  exit
