; tries: a pointer moved by gigabytes, and back
; rule: pointer
; follows: stack
; on: fs_walk

  mov r2, r10
  lddw r3, 0x100000000
  add r2, r3
  sub r2, r3
  stdw [r2-8], 0
  mov r0, 0
  exit
