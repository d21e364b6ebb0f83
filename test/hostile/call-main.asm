; tries: a function that calls the program
; rule: call
; on: fs_walk

M:
  call_local F
  exit
F:
  call_local M
  exit
