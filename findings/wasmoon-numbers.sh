#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# wasmoon 1.16.0 (Lua 5.4 in WebAssembly): numbers that cross between JavaScript and Lua.
#
# Lua's integers have 64 bits, JavaScript's numbers are doubles and its BigInts have any size, so one expects an error, or
# a float, for what does not fit. Seen on Node.js 20.20.2:
# - A number from 2^63 on becomes an integer that has wrapped: 2^63 is negative, 2^64 is 0. Nobody is told.
# - An integer of Lua beyond 2^53 comes back as the nearest double: math.maxinteger as 2^63, which, handed back, is negative.
# - A BigInt is refused, and null, which has no counterpart, is a TypeError of the library's own about `then`; undefined is nil.
#
# Kernel addresses lie beyond 2^63. Hand 64-bit values over as digits, in both directions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund wasmoon@1.16.0 >/dev/null
cat >try.mjs <<'SCRIPT'
import { LuaFactory } from 'wasmoon';
const lua = await new LuaFactory().createEngine();
lua.doStringSync(`
  function kind(value) return tostring(value) .. ' ' .. (math.type(value) or type(value)) end
  function largest() return math.maxinteger end
`);
const [kind, largest] = ['kind', 'largest'].map((name) => lua.global.get(name));
const tried = (call) => {
  try {
    return call();
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
};
for (const [name, value] of [['2^62', 2 ** 62], ['2^63', 2 ** 63], ['2^64', 2 ** 64], ['5n', 5n], ['null', null], ['undefined', undefined]])
  console.log(`${name} -> ${tried(() => kind(value))}`);
console.log(`math.maxinteger -> ${largest()} -> ${kind(largest())}`);
SCRIPT
node try.mjs >seen
cat seen
diff seen - <<'EXPECTED'
2^62 -> 4611686018427387904 integer
2^63 -> -9223372036854775808 integer
2^64 -> 0 integer
5n -> Error: The type 'bigint' is not supported by Lua
null -> TypeError: Cannot read properties of null (reading 'then')
undefined -> nil nil
math.maxinteger -> 9223372036854776000 -> -9223372036854775808 integer
EXPECTED
