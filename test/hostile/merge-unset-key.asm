; tries: a key that one path writes
; rule: uninitialised
; on: fs_walk
; maps: counts

  ldxdw r2, [r1+0]
  jeq r2, 0, L
  stw [r10-4], 1
L:
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 3
  mov r0, 0
  exit

; repaired: both

  ldxdw r2, [r1+0]
  stw [r10-4], 0
  jeq r2, 0, L
  stw [r10-4], 1
L:
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 3
  mov r0, 0
  exit
