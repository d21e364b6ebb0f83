; tries: an inode map where a plain map belongs
; rule: helper
; on: fs_walk
; maps: inodes, counts

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 0
  call 1
  mov r0, 0
  exit

; repaired: the hash map

  stw [r10-4], 0
  mov r2, r10
  add r2, -4
  lddw_map r1, 1
  call 1
  mov r0, 0
  exit
