; tries: an instruction behind exit that nothing jumps to
; rule: unreachable
; on: fs_walk

  mov r0, 0
  exit
  mov r0, 1
  exit

; repaired: it is gone

  mov r0, 0
  exit
