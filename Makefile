# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# `make` alone prints the targets. Everything installs what it needs first; what is there already is left alone.
SHELL := /bin/bash
# make WERROR=OFF: for a compiler that warns of more than ours does
WERROR ?= ON
# What is configured already stays so without the first command; a folder that the first cannot mend is begun anew by the second.
compile = npx --no-install cmake-js configure $(1); npx --no-install cmake-js compile $(1)
werror = --CDIPFT_WERROR=$(WERROR)
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: help setup build build-debug demo test test-all test-nodes test-unit test-kernel test-sanitize fuzz dist test-dist bench soak lint format clean

help:
	@echo 'make setup        install what is missing: Debian packages, npm packages'
	@echo 'make build        compile the addon, the BPF programs and TypeScript'
	@echo 'make build-debug  the same addon for a debugger, in build/Debug; IPFT_BUILD=Debug ipft ... takes it'
	@echo 'make demo         trace a marked TCP transfer, here or in a guest kernel; LAB=0: here, at least by tracepoints'
	@echo 'make test         every test, on at least one kernel; the last line is "N passed, N failed, N skipped"'
	@echo 'make test-all     what differs between kernels on every kernel, all of each test'
	@echo 'make test-nodes   the tests that need no guest kernel, with each supported version of Node.js'
	@echo 'make test-unit    the tests that need no guest kernel'
	@echo 'make test-kernel  the tests in guest kernels; KERNEL=6.1 all of them on one kernel; FILES="lives graph" only these files'
	@echo 'make test-sanitize  what parses text and files of users in C++, under ASan and UBSan, on a corpus'
	@echo 'make fuzz         SECONDS=60 of inputs that libFuzzer makes for it, and of conditions'
	@echo 'make dist         packages for other machines, in release/'
	@echo 'make test-dist    make them, install them on small systems, and trace there'
	@echo 'make bench        speed, memory and a stopped reader here; start, stop, cost and loss in guest kernels'
	@echo 'make soak         MINUTES=60 of mixed traffic in a guest kernel, KERNEL=6.12'
	@echo 'make lint         style and types'
	@echo 'make format       put the style right'
	@echo 'make clean        remove what was built; the cache of guest kernels stays'

setup:
	@scripts/setup

build:
	@scripts/setup build
	@{ $(call compile,$(werror)) && npm run --silent build:ts; } >build.log 2>&1 || { cat build.log; exit 1; }

build-debug: build
	@{ $(call compile,$(werror) --debug --out build/Debug); } >build.log 2>&1 || { cat build.log; exit 1; }

test-sanitize:
	@scripts/setup fuzz
	@test/fuzz/run sanitize

fuzz:
	@scripts/setup fuzz
	@test/fuzz/run fuzz $(or $(SECONDS),60)

demo: build
	@scripts/setup lab
	@LAB=$(LAB) lab/demo

test: setup build
	@node test/run.mjs

test-all: setup build
	@node test/run.mjs --all

test-nodes: setup build
	@node test/run.mjs --node all unit native

test-unit: setup build
	@node test/run.mjs unit native

test-kernel: setup build
	@node test/run.mjs $(if $(KERNEL),--kernel $(KERNEL)) kernel $(if $(FILES),-- $(FILES))

dist: build
	@scripts/setup dist
	@packaging/all

test-dist: dist
	@node test/run.mjs dist

bench: setup build
	@bench/run

soak: setup build
	@bench/run soak $(or $(KERNEL),6.12) $(or $(MINUTES),60)

lint: build
	@node test/run.mjs lint

format: build
	@npm run --silent format
	@node scripts/generate-reference.mjs
	@clang-format -i $$(git ls-files '*.c' '*.cc' '*.h')

clean:
	rm -rf build dist release src/core/abi.ts build.log
