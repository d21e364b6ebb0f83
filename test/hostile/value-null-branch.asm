; tries: an access where nothing was found
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit

; repaired: where something was

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r0, 0, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit
