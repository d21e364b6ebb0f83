; tries: a local call of a slot outside of the program
; rule: jump_target
; on: fs_walk

  call_local +5
  mov r0, 0
  exit
