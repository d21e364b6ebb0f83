; tries: `fs_get` with triggers
; rule: subtype
; on: fs_get
; triggers: open

  mov r0, 0
  exit

; repaired: none
; triggers: none

  mov r0, 0
  exit
