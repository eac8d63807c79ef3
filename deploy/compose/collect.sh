#!/bin/sh
# A root file system with some programs and nothing else: collect.sh ROOT BIN PROGRAM...
# Beside the programs, stripped, it has the shared libraries they load (and those that libvips does), the authorities that libcurl trusts, the licences and
# dpkg records of both (scanners read status.d), an account and the name service's settings.
set -eu

root=$1
bin=$2
shift 2

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/var/lib/dpkg/status.d" \
  "$root/usr/share/doc/marketplace"
install -d -m 1777 "$root/tmp"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"

record() {
  if [ ! -e "$root/var/lib/dpkg/status.d/$1" ]; then
    dpkg -s "$1" >"$root/var/lib/dpkg/status.d/$1"
    install -D -m 644 "/usr/share/doc/$1/copyright" "$root/usr/share/doc/$1/copyright"
  fi
}

for program; do strip -o "$root/usr/bin/$program" "$bin/$program"; done
chmod 755 "$root"/usr/bin/*

# "libz.so.1 => /lib/…/libz.so.1 (0x…)" and "/lib64/ld-linux-… (0x…)"
# What libvips loads by itself to read AVIF; nothing of the rest that it can load is wanted.
modules=$(find /usr/lib -path '*/vips-modules-*/vips-heif.so' -o -path '*/libheif/plugins/libheif-*.so')
# shellcheck disable=SC2086 # one word for each
libraries=$({ for program; do ldd "$bin/$program"; done; for module in $modules; do ldd "$module"; done; } | grep -v 'linux-vdso' |
  sed -n 's/.*=> *\(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | sort -u)
for library in $modules $libraries; do
  # Under its soname, in the directory that /lib leads to.
  directory=$(cd "$(dirname "$library")" && pwd -P)
  install -D -m 644 "$library" "$root$directory/$(basename "$library")"
  file=$(readlink -f "$library")
  package=$(dpkg -S "$file" 2>/dev/null || dpkg -S "${file#/usr}")
  record "${package%%:*}"
done
# What invoices are drawn with: fonts for whatever script people write in, and where fontconfig finds them.
for package in fonts-noto-core fonts-droid-fallback fontconfig-config; do
  dpkg -L "$package" | while read -r file; do
    case $file in /usr/share/fonts/*.ttf | /etc/fonts/* | /usr/share/fontconfig/*) [ -d "$file" ] || install -D -m 644 "$file" "$root$file" ;; esac
  done
  record "$package"
done
cp -a /etc/fonts/conf.d "$root/etc/fonts/"
fc-cache --system-only --sysroot "$root"  # or each process would look through all fonts as it draws its first document
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
record ca-certificates
chmod 755 "$root"/usr/lib*/ld-linux* "$root"/usr/lib/*/ld-linux* 2>/dev/null || true

install -m 644 LICENSE "$root/usr/share/doc/marketplace/copyright"
install -m 644 /etc/os-release "$root/etc/os-release"
echo 'market:x:10001:10001:marketplace:/nonexistent:/usr/sbin/nologin' >"$root/etc/passwd"
echo 'market:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

for program; do
  chroot "$root" "/usr/bin/$program" --help >/dev/null || {
    echo "collect: $program does not start in $root" >&2
    exit 1
  }
done
du -sh "$root"
