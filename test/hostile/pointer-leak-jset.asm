; tries: a bit of an address
; rule: pointer
; on: fs_walk

  mov r0, 0
  jset r10, 64, +0
  exit
