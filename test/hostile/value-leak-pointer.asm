; tries: the address of the stack in a map: others read it
; rule: pointer
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
  stxdw [r0+0], r10
  mov r0, 0
  exit

; repaired: a number

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, +2
  mov r0, 0
  exit
  stdw [r0+0], 10
  mov r0, 0
  exit
