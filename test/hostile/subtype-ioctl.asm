; tries: a hook that no kernel has
; rule: subtype
; on: fs_ioctl

  mov r0, 0
  exit
