; tries: `fs_walk` sets a tag
; rule: helper
; on: fs_walk

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  mov r3, 1
  call 62
  mov r0, 0
  exit

; repaired: it reads one

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  call 61
  mov r0, 0
  exit
