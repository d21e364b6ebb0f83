; tries: a lookup that is asked on one path, used by a function
; rule: pointer
; on: fs_walk
; maps: counts

  ldxdw r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r6, 0, L
  jne r0, 0, L
  mov r0, 0
  exit
L:
  mov r1, r0
  call_local F
  exit
F:
  ldxb r0, [r1+0]
  exit

; repaired: on the only one

  ldxdw r6, [r1+0]
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jne r0, 0, L
  mov r0, 0
  exit
L:
  mov r1, r0
  call_local F
  exit
F:
  ldxb r0, [r1+0]
  exit
