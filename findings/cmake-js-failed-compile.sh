#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# cmake-js 8.0.0: what stays of other configurations when `cmake-js compile` meets an error in a source.
#
# One expects a compile that fails to report the error, exit with a code that is not 0 and leave what was built before, as make
# does. Seen with CMake 3.25, g++ 12 and Node.js 20.20.2:
# - `compile` takes the failure for a stale folder and starts a full rebuild: it deletes the whole folder build/, also build/Debug
#   or any other target's output in it, configures anew and compiles, and meets the same error again.
# - So a wrong semicolon costs the addon that a debugger has open, and options that an earlier `configure` was given are gone.
#
# Outputs that must survive belong outside of build/, or in a folder that `--out` names for their configuration alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cmake-js@8.0.0 node-api-headers@1.9.0 >/dev/null
cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(tried CXX)
option(ASKED "given to configure" OFF)
message(STATUS "ASKED is ${ASKED}")
add_library(tried SHARED tried.cc)
CMAKE
echo 'int tried() { return 1; }' >tried.cc
{
  npx cmake-js configure --CDASKED=ON >/dev/null 2>&1 && npx cmake-js compile >/dev/null 2>&1 && echo "first compile: 0"
  mkdir build/Debug && touch build/Debug/tried.node && grep ASKED: build/CMakeCache.txt
  echo 'int tried() { return 1 }' >tried.cc
  npx cmake-js compile >/dev/null 2>&1 && echo "second compile: 0" || echo "second compile: not 0"
  ls build/Debug/tried.node 2>/dev/null || echo "build/Debug/tried.node is gone"
  grep ASKED: build/CMakeCache.txt
} >seen || true
cat seen
diff seen - <<'EXPECTED'
first compile: 0
ASKED:BOOL=ON
second compile: not 0
build/Debug/tried.node is gone
ASKED:BOOL=OFF
EXPECTED
