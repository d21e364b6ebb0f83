; tries: an instruction that is jumped over, always
; rule: unreachable
; on: fs_walk

  mov r0, 0
  ja +1
  mov r0, 1
  exit

; repaired: it is gone

  mov r0, 0
  ja +0
  exit
