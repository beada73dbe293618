#!/bin/sh
# Makes the root file system of an image that holds some programs and nothing else: the programs, the shared libraries
# they load, certificates of public authorities, a user and a folder for temporary files.
#
# Usage: collect.sh ROOT PROGRAM...     PROGRAM is put into ROOT/usr/local/bin
set -eu
root="$1"
shift

mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/tmp"
chmod 1777 "$root/tmp"
for program in "$@"; do
  install -m 755 "$program" "$root/usr/local/bin/${program##*/}"
  if ldd "$program" >/dev/null 2>&1; then
    ldd "$program" | grep 'not found' && { echo "error: $program needs libraries that this base does not have" >&2; exit 1; }
    ldd "$program" | grep -o '/[^ ]*' | sort -u | while read -r library; do
      [ -e "$root$library" ] || install -D -m 755 "$library" "$root$library"
    done
  fi
done
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nsens:x:65532:65532:SENS Platform:/tmp:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nsens:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
