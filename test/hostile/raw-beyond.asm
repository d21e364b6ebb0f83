; tries: a read behind the memory
; rule: memory
; on: raw, 8 bytes of memory

  ldxdw r0, [r1+1]
  exit

; repaired: within it

  ldxdw r0, [r1+0]
  exit
