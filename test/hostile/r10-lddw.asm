; tries: the frame pointer as a constant
; rule: read_only
; on: fs_walk

  lddw r10, 0x7fe000010000
  mov r0, 0
  exit
