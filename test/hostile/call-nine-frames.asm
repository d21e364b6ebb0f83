; tries: nine functions deep
; rule: call
; on: fs_walk

  call_local F1
  exit
F1:
  call_local F2
  exit
F2:
  call_local F3
  exit
F3:
  call_local F4
  exit
F4:
  call_local F5
  exit
F5:
  call_local F6
  exit
F6:
  call_local F7
  exit
F7:
  call_local F8
  exit
F8:
  mov r0, 0
  exit

; repaired: eight

  call_local F1
  exit
F1:
  call_local F2
  exit
F2:
  call_local F3
  exit
F3:
  call_local F4
  exit
F4:
  call_local F5
  exit
F5:
  call_local F6
  exit
F6:
  call_local F7
  exit
F7:
  mov r0, 0
  exit
