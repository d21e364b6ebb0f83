; tries: a function that calls itself
; rule: call
; on: fs_walk

  call_local F
  exit
F:
  call_local F
  exit

; repaired: it does not

  call_local F
  exit
F:
  mov r0, 0
  exit
