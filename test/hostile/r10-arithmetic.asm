; tries: the frame pointer moved down, to make room
; rule: read_only
; on: fs_walk

  add r10, -8
  mov r0, 0
  exit

; repaired: the copy is moved

  mov r9, r10
  add r9, -8
  mov r0, 0
  exit
