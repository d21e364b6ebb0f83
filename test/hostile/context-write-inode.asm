; tries: a write of the inode
; rule: context
; on: fs_walk

  stdw [r1+16], 0
  mov r0, 0
  exit

; repaired: of the cookie

  stdw [r1+0], 0
  mov r0, 0
  exit
