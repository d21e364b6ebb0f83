#!/bin/sh
# A small repository, and what an agent does in it under the policy of this example. Exit code 0 if all went as it should.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
llpc="node $here/../../dist/src/front/cli/main.js"
checks=$(cat "$here/../checks.sh")
eval "$checks"
replay_without_masks

folder=$(mktemp -d)
folder=$(cd "$folder" && pwd -P)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
repo=$folder/repo
export HOME="$folder/home" TMPDIR="$folder/temp"
mkdir -p "$repo/src" "$repo/server" "$HOME/.ssh" "$TMPDIR"

cd "$repo"
git init -q .
git config user.name Dev
git config user.email dev@example.org
echo 'exit 1' >.git/hooks/pre-push
echo . >.git/commondir
echo 'TOKEN=1' | tee .env >server/.env.production
echo 'key' >"$HOME/.ssh/id_ed25519"
echo 'export const double = (n) => 2 * n;' >src/double.js
echo '{ "name": "tiny", "type": "module", "scripts": { "test": "node --test" } }' >package.json
cat >src/double.test.js <<'END'
import assert from 'node:assert';
import test from 'node:test';
import { double } from './double.js';
test('doubles', () => assert.equal(double(2), 4));
END
echo 'int main(void) { return 0; }' >src/main.c
printf '%s\n' .env '.env.*' program >.gitignore
hooks() { ls -l .git/hooks && cat .git/hooks/*; }
hooks=$(hooks)
config=$(cat .git/config)

enforce() {
  $llpc enforce "$here/policy.llp" -D home="$HOME" -D repo="$repo" -D temp="$TMPDIR" -- "$@"
}

# What the agent does. It is text, since a program under the policy cannot read this file.
agent=$(cat <<'END'
write() { echo "$1" >"$2"; }
save() { echo "$1" >"$2.tmp" && mv "$2.tmp" "$2"; }

works   "list the work tree"                ls -la .
works   "create a file beside .env"         write 'notes' notes.txt
works   "save a file by renaming"           save 'export const double = (n) => n + n;' src/double.js
works   "make and remove a directory"       sh -c 'mkdir -p made/deep && mv made/deep made/moved && rm -r made'
works   "npm test"                          npm test
works   "compile"                           gcc -o program src/main.c
works   "run what was compiled"             ./program
works   "git commit"                        sh -c 'git add . && git commit -m "Double by adding"'
works   "git log"                           git log --oneline

refused "read .env"                         cat .env
refused "read server/.env.production"       cat server/../server/.env.production
refused "read .env through a link"          sh -c 'ln -s ../.env src/innocent.js && cat src/innocent.js'
refused "link .env under another name"      ln .env src/env.txt
refused "move .env away"                    mv .env src/env.txt
refused "write over .env"                   write 'TOKEN=2' .env
refused "add a hook"                        write 'exit 0' .git/hooks/pre-commit
refused "change a hook"                     write 'exit 0' .git/hooks/pre-push
refused "rename over a hook"                save 'exit 0' .git/hooks/pre-push
refused "replace the folder of hooks"       mv .git/hooks .git/old-hooks
refused "git config core.hooksPath"         git config core.hooksPath /tmp
refused "write git's configuration"         write '[core]' .git/config
refused "look for hooks elsewhere"          write /tmp .git/commondir
refused "replace the repository"            mv .git old.git
refused "read a key at home"                cat "$HOME/.ssh/id_ed25519"
refused "write to the profile at home"      write 'evil' "$HOME/.profile"
refused "read /etc/shadow"                  cat /etc/shadow
finish
END
)
enforce sh -c "$checks
$agent"

# What is left of it, seen from outside.
same() { [ "$1" = "$2" ]; }
works   "the commit is there"               git log --oneline --grep 'Double by adding'
works   "the commit has the change"         git grep -q 'n + n' HEAD -- src/double.js
works   "the hooks are as they were"        same "$(hooks)" "$hooks"
works   "the configuration is as it was"    same "$(cat .git/config)" "$config"
works   "the secret is as it was"           same "$(cat .env)" 'TOKEN=1'
finish
