; tries: an instruction that jumps to itself
; rule: loop
; on: fs_walk

  mov r0, 0
L:
  jeq r0, 0, L
  exit

; repaired: forwards

  mov r0, 0
  jeq r0, 0, L
L:
  exit
