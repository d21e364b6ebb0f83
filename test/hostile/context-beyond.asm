; tries: a read behind the last field
; rule: context
; on: fs_walk

  ldxdw r2, [r1+32]
  mov r0, 0
  exit

; repaired: the last pointer

  ldxdw r2, [r1+16]
  mov r0, 0
  exit
