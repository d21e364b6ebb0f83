; tries: a pointer as a tag
; rule: helper
; on: fs_get

  mov r6, r1
  ldxdw r1, [r6+16]
  ldxdw r2, [r6+8]
  mov r3, r10
  call 62
  mov r0, 0
  exit
