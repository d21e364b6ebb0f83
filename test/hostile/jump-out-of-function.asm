; tries: a jump from a local function back into its caller
; rule: jump_target
; on: fs_walk

  mov r0, 0
  call_local F
L:
  exit
F:
  mov r0, 0
  jeq r0, 0, L
  exit

; repaired: within the function

  mov r0, 0
  call_local F
  exit
F:
  mov r0, 0
  jeq r0, 0, L
L:
  exit
