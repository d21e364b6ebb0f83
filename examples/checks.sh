# Checks for the try.sh scripts. Each prints one line. `finish` ends the shell: exit code 0 if all checks went as they should.
#   works WHAT COMMAND…     the command ends with exit code 0
#   refused WHAT COMMAND…   the command fails, and its output has the errno of a refusal
#   replay_without_masks    where this machine cannot hold the policy, replays the scenario in its place and ends the script
failed=0

replay_without_masks() {
  case $($llpc gaps "$here/policy.llp" | head -n 1) in
    *'no Landlock'* | *'without masks'*) ;;
    *) return ;;
  esac
  echo 'This kernel has no Landlock, or lets this user make no namespace: only the scenario is replayed, on a model.'
  $llpc run "$here/policy.llp" --scenario "$here/scenario.json"
  exit
}

works() {
  what=$1
  shift
  if said=$("$@" 2>&1 </dev/null); then
    echo "works    $what"
  else
    wrong "$what" "should work" "$said"
  fi
}

refused() {
  what=$1
  shift
  if said=$("$@" 2>&1 </dev/null); then
    wrong "$what" "should be refused" "$said"
  else
    case $said in
      *'Permission denied'* | *'failed to map segment'* | *'Read-only file system'* | *'Device or resource busy'* | *EACCES* | *EROFS* | *EBUSY*)
        echo "refused  $what" ;;
      *) wrong "$what" "fails for another reason" "$said" ;;
    esac
  fi
}

wrong() {
  echo "WRONG    $1: it $2"
  printf '%s\n' "$3" | sed 's/^/         /'
  failed=1
}

finish() {
  exit "$failed"
}
