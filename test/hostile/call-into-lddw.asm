; tries: a local call of the second half of lddw
; rule: jump_target
; on: fs_walk

  call_local +3
  mov r0, 0
  exit
  lddw r0, 0
  exit

; repaired: of its first half

  call_local +2
  mov r0, 0
  exit
  lddw r0, 0
  exit
