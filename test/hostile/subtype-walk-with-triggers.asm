; tries: `fs_walk` with triggers
; rule: subtype
; on: fs_walk
; triggers: open, read

  mov r0, 0
  exit

; repaired: none
; triggers: none

  mov r0, 0
  exit
