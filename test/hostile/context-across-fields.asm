; tries: eight bytes of two fields
; rule: context
; on: fs_walk

  ldxdw r2, [r1+4]
  mov r0, 0
  exit

; repaired: one field

  ldxdw r2, [r1+0]
  mov r0, 0
  exit
