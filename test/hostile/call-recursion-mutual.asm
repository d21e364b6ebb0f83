; tries: two functions that call each other
; rule: call
; on: fs_walk

  call_local F
  exit
F:
  call_local G
  exit
G:
  call_local F
  exit
