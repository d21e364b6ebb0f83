; tries: the distance between the stacks of two functions
; rule: pointer
; on: fs_walk

  mov r1, r10
  call_local F
  exit
F:
  mov r0, r10
  sub r0, r1
  exit
