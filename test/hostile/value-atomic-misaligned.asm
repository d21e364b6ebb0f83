; tries: an atomic addition across words of the value
; rule: alignment
; on: fs_walk
; maps: counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  mov r2, 1
  lock_add [r0+4], r2
  mov r0, 0
  exit

; repaired: to an aligned one

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  mov r2, 1
  lock_add [r0+8], r2
  mov r0, 0
  exit
