; tries: a jump into the second half of lddw, which is another instruction there
; rule: jump_target
; on: fs_walk

  mov r0, 0
  jeq r0, 0, +1
  lddw r1, 0x9500000000
  exit

; repaired: behind it

  mov r0, 0
  jeq r0, 0, +2
  lddw r1, 0x9500000000
  exit
