#!/bin/sh
# npm installs a local package whose install script does what it must not. Exit code 0 if all went as it should.
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
prefix=$folder/app cache=$folder/cache
export HOME="$folder/home" TMPDIR="$folder/temp"
mkdir -p "$prefix/etc" "$prefix/var/db" "$cache/keys" "$HOME/.ssh" "$TMPDIR" "$folder/package"

echo 'key' >"$HOME/.ssh/id_ed25519"
echo 'colour=green' >"$prefix/etc/app.conf"
echo '{ "name": "app", "private": true }' >"$prefix/package.json"
echo 'vendor' >"$cache/keys/vendor.asc"

# The package: a program, and an install script that makes something and tries more.
cd "$folder/package"
cat >package.json <<'END'
{
  "name": "greeter", "version": "1.0.0", "bin": "greet.js",
  "scripts": { "install": "node install.js" }
}
END
printf '#!/usr/bin/env node\nconsole.log("hello");\n' >greet.js
cat >install.js <<'END'
const fs = require('node:fs');
const { join } = require('node:path');
const prefix = process.env.INIT_CWD;
const attempts = {
  'read a key': () => fs.readFileSync(join(process.env.HOME, '.ssh/id_ed25519')),
  'list .ssh': () => fs.readdirSync(join(process.env.HOME, '.ssh')),
  'write to the profile': () => fs.writeFileSync(join(process.env.HOME, '.profile'), 'evil'),
  'change settings': () => fs.appendFileSync(join(prefix, 'etc/app.conf'), 'evil'),
  'add settings': () => fs.writeFileSync(join(prefix, 'etc/evil.conf'), 'evil'),
  'write to the database': () => fs.writeFileSync(join(prefix, 'var/db/index'), 'evil'),
  'change a vendor key': () => fs.writeFileSync(join(process.env.npm_config_cache, 'keys/vendor.asc'), 'evil'),
  'read another process': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'build something': () => fs.writeFileSync('built.txt', 'built'),
};
const lines = Object.entries(attempts).map(([name, attempt]) => {
  try {
    attempt();
    return `${name}: done`;
  } catch (error) {
    return `${name}: ${error.code}`;
  }
});
fs.writeFileSync('report.txt', lines.join('\n') + '\n');
END
(cd "$folder" && tar -czf "$prefix/greeter-1.0.0.tgz" package)

# What the installation does. It is text, since a program under the policy cannot read this file.
install=$(cat <<'END'
works   "npm install"                       npm install ./greeter-1.0.0.tgz --offline --no-audit --no-fund --no-update-notifier
works   "run the program of the package"    node_modules/.bin/greeter
refused "read a key at home"                cat "$HOME/.ssh/id_ed25519"
refused "run a program from the cache"      sh -c 'echo exit >"$npm_config_cache/run" && chmod 755 "$npm_config_cache/run" && "$npm_config_cache/run"'
refused "write to /etc"                     sh -c 'echo >>/etc/passwd'
refused "move the prefix"                   mv "$PWD" "$PWD-2"
finish
END
)
export npm_config_cache="$cache"
cd "$prefix"
$llpc enforce "$here/policy.llp" -D prefix="$prefix" -D cache="$cache" -D temp="$TMPDIR" -- sh -c "$checks
$install"

# What the install script could do, from its own report and from outside.
report=node_modules/greeter/report.txt
tried() { grep "^$1: $2\$" "$report" || { cat "$report"; return 1; }; }
refused_to_script() { works "refused to the script: $1" tried "$1" 'E\(ACCES\|ROFS\)'; }
works "allowed to the script: build something" tried 'build something' 'done'
for attempt in 'read a key' 'list .ssh' 'write to the profile' 'change settings' 'add settings' \
  'write to the database' 'change a vendor key' 'read another process'; do
  refused_to_script "$attempt"
done
works "the settings are as they were"       grep -qx 'colour=green' etc/app.conf
works "nothing was put beside them"         [ "$(ls etc)" = app.conf ]
works "the vendor key is as it was"         grep -qx 'vendor' "$cache/keys/vendor.asc"
finish
