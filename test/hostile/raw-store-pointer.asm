; tries: the address of the memory, in the memory
; rule: pointer
; on: raw, 8 bytes of memory

  stxdw [r1+0], r1
  mov r0, 0
  exit
