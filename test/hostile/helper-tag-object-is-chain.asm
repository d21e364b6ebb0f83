; tries: a chain where a tag object belongs
; rule: helper
; on: fs_get

  mov r6, r1
  ldxdw r1, [r6+8]
  mov r2, r1
  mov r3, 1
  call 62
  mov r0, 0
  exit

; repaired: the tag object

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  mov r3, 1
  call 62
  mov r0, 0
  exit
