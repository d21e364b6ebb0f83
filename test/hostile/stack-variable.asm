; tries: a store at an offset that the cookie says
; rule: pointer
; on: fs_walk

  ldxb r2, [r1+0]
  and r2, 8
  mov r3, r10
  sub r3, r2
  stdw [r3-8], 0
  mov r0, 0
  exit

; repaired: at one that is known

  mov r2, 8
  mov r3, r10
  sub r3, r2
  stdw [r3-8], 0
  mov r0, 0
  exit
