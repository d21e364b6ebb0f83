; tries: a key that was never written
; rule: uninitialised
; on: fs_walk
; maps: counts

  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: it is written

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
