; tries: a write of the cookie, which `fs_get` only reads
; rule: context
; on: fs_get

  stdw [r1+0], 0
  mov r0, 0
  exit

; repaired: a read

  ldxdw r2, [r1+0]
  mov r0, 0
  exit
