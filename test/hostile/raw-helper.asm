; tries: a helper that nobody gave
; rule: helper
; on: raw, 8 bytes of memory

  call 7
  mov r0, 0
  exit
