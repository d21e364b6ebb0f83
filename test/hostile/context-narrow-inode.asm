; tries: half of an opaque pointer
; rule: context
; on: fs_walk

  ldxw r2, [r1+16]
  mov r0, 0
  exit

; repaired: the whole

  ldxdw r2, [r1+16]
  mov r0, 0
  exit
