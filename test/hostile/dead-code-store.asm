; tries: a write to r10 behind a comparison that never jumps
; rule: read_only
; on: fs_walk

  mov r2, 1
  jeq r2, 2, L
  mov r0, 0
  exit
L:
  mov r10, r2
  mov r0, 0
  exit
