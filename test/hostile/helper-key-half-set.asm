; tries: a key of which two bytes are written
; rule: uninitialised
; on: fs_walk
; maps: counts

  sth [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: all four

  sth [r10-4], 0
  sth [r10-2], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit
