; tries: r2 after a call of a helper
; rule: uninitialised
; on: fs_walk
; maps: inodes

  mov r6, r1
  mov r3, 0
  mov r4, 0
  mov r5, 0
  ldxdw r2, [r6+16]
  lddw_map r1, 0
  call 60
  mov r0, r2
  exit

; repaired: it is written again

  mov r6, r1
  mov r3, 0
  mov r4, 0
  mov r5, 0
  ldxdw r2, [r6+16]
  lddw_map r1, 0
  call 60
  mov r2, 0
  mov r0, r2
  exit
