; tries: the frame pointer loaded from the cookie
; rule: read_only
; on: fs_walk

  ldxdw r10, [r1+0]
  mov r0, 0
  exit
