; tries: a return of the address of the memory
; rule: pointer
; on: raw, 8 bytes of memory

  mov r0, r1
  exit
