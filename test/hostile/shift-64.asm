; tries: a shift by 64
; rule: shift
; on: fs_walk

  mov r0, 1
  lsh r0, 64
  exit

; repaired: by 63

  mov r0, 1
  lsh r0, 63
  exit
