; tries: a read of memory that has no bytes
; rule: memory
; on: raw, 0 bytes of memory

  ldxb r0, [r1+0]
  exit

; repaired: its size is a number

  mov r0, r2
  exit
