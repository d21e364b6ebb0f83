#!/bin/sh
# A small build with make and gcc under the policy of this example. Exit code 0 if all went as it should.
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
work=$folder/work tools=$folder/tools
export TMPDIR="$folder/temp"
mkdir -p "$work/src" "$work/out" "$work/.git" "$tools" "$TMPDIR"

cd "$work"
echo 'secret' >signing.key
echo '[core]' >.git/config
echo '#include "answer.h"
int main(void) { return ANSWER; }' >src/main.c
printf '#!/bin/sh\necho "#define ANSWER 42" >"$1"\n' >"$tools/generate"
chmod 755 "$tools/generate"
cat >Makefile <<'END'
out/program: src/main.c out/answer.h
	$(CC) -Iout -o $@ src/main.c
out/answer.h:
	$(TOOLS)/generate $@
astray:
	$(TOOLS)/generate src/answer.h
self-test: out/program
	out/program
publish: out/program
	cp out/program $(TOOLS)/generate
sign:
	cat signing.key >out/signature
clean:
	rm -f out/*
END

# What the build does. It is text, since a program under the policy cannot read this file.
build=$(cat <<'END'
works   "make"                                    make out/program
works   "nothing is left to do"                   make --question out/program
refused "a rule that writes beside the sources"   make astray
refused "a rule that changes a source"            sh -c 'echo >>src/main.c'
refused "a rule that runs what it has built"      make self-test
refused "the loader runs what was built"          /lib64/ld-linux-x86-64.so.2 out/program
refused "a rule that replaces a tool"             make publish
refused "a rule that reads a key"                 make sign
refused "read the repository's settings"          cat .git/config
refused "run a script that was put in out"        sh -c 'cp src/main.c out/run && chmod 755 out/run && out/run'
refused "remove the folder of outputs"            rm -r out
works   "make again, as rm has emptied it"        make out/program
works   "make clean"                              make clean
works   "make after it"                           make out/program
finish
END
)
export TOOLS="$tools"
$llpc enforce "$here/policy.llp" -D work="$work" -D tools="$tools" -D temp="$TMPDIR" -- sh -c "$checks
$build"

# What is left of it, seen from outside: the program was built, and gives the answer.
answer() { if out/program; then return 1; else [ $? = 42 ]; fi; }
works   "the program is there and runs outside"   answer
works   "no header is beside the sources"         [ ! -e src/answer.h ]
works   "the tool is as it was"                   grep -q ANSWER "$tools/generate"
finish
