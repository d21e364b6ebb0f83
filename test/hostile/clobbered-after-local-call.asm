; tries: r3 after a local call
; rule: uninitialised
; on: fs_walk

  mov r3, 1
  call_local F
  mov r0, r3
  exit
F:
  mov r0, 0
  exit

; repaired: r6 is given back

  mov r6, 1
  call_local F
  mov r0, r6
  exit
F:
  mov r0, 0
  exit
