#!/bin/sh
# A web server under the policy of this example, and curl before it. Exit code 0 if all went as it should.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
llpc="node $here/../../dist/src/front/cli/main.js"
eval "$(cat "$here/../checks.sh")"
replay_without_masks

folder=$(mktemp -d)
folder=$(cd "$folder" && pwd -P)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || :; wait "$server" 2>/dev/null || :; fi; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
site=$folder/site
mkdir -p "$site/uploads" "$site/ann/private"
cd "$site"
echo 'welcome' >index.html
echo 'ann:secret' >.htpasswd
echo 'dear diary' >ann/private/diary.html
echo 'photo' >uploads/photo.jpg
printf '#!/bin/sh\necho run\n' >uploads/run.cgi
printf '#!/bin/sh\necho run\n' >ann/run.cgi
chmod 755 uploads/run.cgi ann/run.cgi
ln -s uploads up
ln -s ../.htpasswd uploads/password.txt
ln -s /etc/passwd uploads/users.txt
ln -s "$folder" uploads/out

# The server listens on a free port of loopback, and prints its number.
$llpc enforce "$here/policy.llp" -D site="$site" -- \
  /usr/bin/python3 -I -c "$(cat "$here/server.py")" >"$folder/port" 2>"$folder/log" &
server=$!
tries=0
until [ -s "$folder/port" ] || [ "$tries" = 300 ] || ! kill -0 "$server" 2>/dev/null; do
  sleep 0.1
  tries=$((tries + 1))
done
[ -s "$folder/port" ] || { cat "$folder/log"; exit 1; }
url=http://127.0.0.1:$(cat "$folder/port")

# `gives CODE TEXT CURL-ARGUMENT…`: the answer has this code and this text.
gives() {
  code=$1 text=$2
  shift 2
  answer=$(curl --silent --noproxy '*' --path-as-is --write-out '%{http_code}' "$@")
  printf '%s\n' "$answer"
  case $answer in *"$text"*"$code") ;; *) return 1 ;; esac
}
put() { gives "$1" "$2" --upload-file "$folder/upload" "$3"; }
run() { gives "$1" "$2" --request POST "$3"; }
echo 'uploaded' >"$folder/upload"

works   "get the page"                              gives 200 welcome "$url/"
works   "get an upload"                             gives 200 photo "$url/uploads/photo.jpg"
works   "the same through a link"                   gives 200 photo "$url/up/photo.jpg"
works   "list the uploads"                          gives 200 photo.jpg "$url/uploads/"
works   "upload a file"                             put 201 written "$url/uploads/new.txt"
works   "get what was uploaded"                     gives 200 uploaded "$url/uploads/new.txt"
works   "no answer: .htpasswd"                      gives 404 'File not found' "$url/.htpasswd"
works   "no answer: .htpasswd from the uploads"     gives 404 'File not found' "$url/uploads/password.txt"
works   "no answer: a private directory"            gives 404 'File not found' "$url/ann/private/diary.html"
works   "no answer: out of the site through a link" gives 404 'File not found' "$url/uploads/out/log"
works   "refused: write over the page"              put 403 'Permission denied' "$url/index.html"
works   "refused: a new page"                       put 403 'Permission denied' "$url/new.html"
works   "refused: write over .htpasswd"             put 403 'Read-only file system' "$url/.htpasswd"
works   "refused: run an upload"                    run 403 'Permission denied' "$url/uploads/run.cgi"
works   "refused: the same through a link"          run 403 'Permission denied' "$url/up/run.cgi"
works   "refused: run a file of the site"           run 403 'Permission denied' "$url/ann/run.cgi"
works   "the page is as it was"                     grep -qx 'welcome' index.html
works   "the server still runs"                     kill -0 "$server"
finish
