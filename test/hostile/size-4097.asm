; tries: 4097 instructions, all harmless
; rule: size
; on: fs_walk
; repeat: 4096

  mov r0, 0
  exit

; repaired: 4096 of them
; repeat: 4095

  mov r0, 0
  exit
