; tries: the last instruction is a conditional jump back
; rule: fall_through
; on: fs_walk

  mov r0, 0
  exit
  mov r1, 0
  jeq r1, 0, -2
