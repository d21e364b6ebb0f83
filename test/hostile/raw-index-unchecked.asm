; tries: an index that the memory says
; rule: memory
; on: raw, 8 bytes of memory

  ldxb r3, [r1+0]
  add r1, r3
  ldxb r0, [r1+0]
  exit

; repaired: cut to the size

  ldxb r3, [r1+0]
  and r3, 7
  add r1, r3
  ldxb r0, [r1+0]
  exit
