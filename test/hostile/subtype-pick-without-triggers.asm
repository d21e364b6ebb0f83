; tries: `fs_pick` that is never asked
; rule: subtype
; on: fs_pick
; triggers: none

  mov r0, 0
  exit

; repaired: one trigger
; triggers: open

  mov r0, 0
  exit
