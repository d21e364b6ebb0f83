; tries: an index that is 16 on one of two paths, used behind a local call that keeps it in r6
; rule: memory
; on: raw, 16 bytes of memory
; memory: 00000000000000000000000000000000

  ldxb r2, [r1+0]
  mov r6, 16
  jeq r2, 0, L
  mov r6, 3
L:
  mov r8, r1
  call_local F
  mov r1, r8
  mov r7, r6
  add r1, r7
  ldxb r0, [r1+0]
  exit
F:
  mov r6, 1
  mov r0, 0
  exit

; repaired: no path has 16

  ldxb r2, [r1+0]
  mov r6, 15
  jeq r2, 0, L
  mov r6, 3
L:
  mov r8, r1
  call_local F
  mov r1, r8
  mov r7, r6
  add r1, r7
  ldxb r0, [r1+0]
  exit
F:
  mov r6, 1
  mov r0, 0
  exit
