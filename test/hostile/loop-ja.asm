; tries: ja to itself
; rule: loop
; on: fs_walk

L:
  ja L
