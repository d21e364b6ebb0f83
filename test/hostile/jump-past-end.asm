; tries: a jump to the slot behind the last one
; rule: jump_target
; on: fs_walk

  mov r0, 0
  jeq r0, 0, +1
  exit

; repaired: to the last one

  mov r0, 0
  jeq r0, 0, +0
  exit
