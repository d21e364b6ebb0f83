; tries: a return of an opaque pointer
; rule: pointer
; on: fs_walk

  ldxdw r0, [r1+16]
  exit

; repaired: of a number

  ldxb r0, [r1+24]
  exit
