; tries: the last instruction is a local call, which comes back
; rule: fall_through
; on: fs_walk

  mov r0, 0
  ja +1
  exit
  call_local -2
