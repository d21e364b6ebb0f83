; tries: 257 chains of one program that they share
; rule: size
; on: fs_walk
; set: 257 chains of 1 program

  mov r0, 0
  exit

; repaired: 256 of them
; set: 256 chains of 1 program

  mov r0, 0
  exit
