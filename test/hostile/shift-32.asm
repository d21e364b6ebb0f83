; tries: a shift of 32 bits by 32
; rule: shift
; on: fs_walk

  mov r0, 1
  rsh32 r0, 32
  exit

; repaired: by 31

  mov r0, 1
  rsh32 r0, 31
  exit
