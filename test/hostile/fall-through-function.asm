; tries: a function runs into the next one
; rule: fall_through
; on: fs_walk

  call_local F
  call_local G
  exit
F:
  mov r0, 1
G:
  mov r0, 0
  exit

; repaired: it returns

  call_local F
  call_local G
  exit
F:
  mov r0, 1
  exit
G:
  mov r0, 0
  exit
