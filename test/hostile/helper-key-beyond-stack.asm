; tries: a key that ends above the stack
; rule: stack
; on: fs_walk
; maps: counts

  sth [r10-2], 0
  mov r2, r10
  add r2, -2
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
