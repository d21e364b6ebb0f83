; tries: a division by the immediate 0
; rule: division
; on: fs_walk

  mov r0, 1
  div r0, 0
  exit

; repaired: by a register, which is defined

  mov r0, 1
  mov r2, 0
  div r0, r2
  exit
