; tries: a new frame pointer
; rule: read_only
; on: fs_walk

  mov r10, r1
  mov r0, 0
  exit

; repaired: a copy

  mov r9, r10
  mov r0, 0
  exit
