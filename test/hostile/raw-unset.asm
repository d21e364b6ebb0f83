; tries: a read of r3, which is no argument
; rule: uninitialised
; on: raw, 8 bytes of memory

  mov r0, r3
  exit

; repaired: of r2

  mov r0, r2
  exit
