; tries: a store into the caller's stack by counting from one's own
; rule: stack
; on: fs_walk

  call_local F
  exit
F:
  stdw [r10+504], 0
  mov r0, 0
  exit

; repaired: through a pointer that is passed

  mov r1, r10
  call_local F
  exit
F:
  stdw [r1-8], 0
  mov r0, 0
  exit
