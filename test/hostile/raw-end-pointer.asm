; tries: a comparison of an address behind the memory: it would tell where the memory lies
; rule: pointer
; on: raw, 8 bytes of memory

  mov r0, 0
  mov r3, r1
  add r3, 9
  jgt r3, r1, L
L:
  exit

; repaired: the end itself

  mov r0, 0
  mov r3, r1
  add r3, 8
  jgt r3, r1, L
L:
  exit
