; tries: the hook that no kernel has
; rule: subtype
; on: fs_any

  mov r0, 0
  exit
