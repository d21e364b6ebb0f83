; tries: a number where a key belongs
; rule: helper
; on: fs_walk
; maps: counts

  mov r2, 4096
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: a pointer to one

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
