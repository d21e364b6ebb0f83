; tries: a search for the address of the stack by comparisons
; rule: pointer
; on: fs_walk

  mov r0, 0
  lddw r2, 0x7fff0000
  jgt r10, r2, +0
  exit
