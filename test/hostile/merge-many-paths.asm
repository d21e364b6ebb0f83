; tries: six branches whose sum is 63 on one path only, and too far there
; rule: map_value
; on: fs_walk
; maps: counts

  ldxdw r2, [r1+0]
  mov r6, 0
  mov r3, r2
  and r3, 1
  jeq r3, 0, L0
  add r6, 1
L0:
  mov r4, 0
  mov r3, r2
  and r3, 2
  jeq r3, 0, L1
  add r6, 2
L1:
  mov r4, 0
  mov r3, r2
  and r3, 4
  jeq r3, 0, L2
  add r6, 4
L2:
  mov r4, 0
  mov r3, r2
  and r3, 8
  jeq r3, 0, L3
  add r6, 8
L3:
  mov r4, 0
  mov r3, r2
  and r3, 16
  jeq r3, 0, L4
  add r6, 16
L4:
  mov r4, 0
  mov r3, r2
  and r3, 32
  jeq r3, 0, L5
  add r6, 32
L5:
  mov r4, 0
  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  jeq r0, 0, N
  jne r6, 63, N
  add r0, r6
  ldxb r2, [r0+0]
N:
  mov r0, 0
  exit
