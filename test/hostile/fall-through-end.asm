; tries: the last instruction is no exit
; rule: fall_through
; on: fs_walk

  mov r0, 0

; repaired: an exit

  mov r0, 0
  exit
