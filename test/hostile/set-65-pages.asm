; tries: 65 programs, each of which takes a page
; rule: size
; on: fs_walk
; set: 1 chain of 65 programs

  mov r0, 0
  exit

; repaired: 64 of them
; set: 1 chain of 64 programs

  mov r0, 0
  exit
