; tries: what a lookup gives as a key, unasked
; rule: helper
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r2, r0
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: it is asked

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  mov r2, r0
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
