; tries: stack that a function of the same place had written
; rule: uninitialised
; on: fs_walk

  call_local F
  call_local G
  exit
F:
  stdw [r10-8], 7
  mov r0, 0
  exit
G:
  ldxdw r0, [r10-8]
  exit
