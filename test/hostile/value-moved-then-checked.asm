; tries: a result that is moved before it is asked: null is no longer 0
; rule: pointer
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  add r0, 8
  jeq r0, 0, L
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit

; repaired: asked first

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r0, 0, L
  add r0, 8
  ldxdw r2, [r0+0]
L:
  mov r0, 0
  exit
