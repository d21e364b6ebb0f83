; tries: a trigger that there is not
; rule: subtype
; on: fs_pick
; triggers: 0x1000000

  mov r0, 0
  exit
