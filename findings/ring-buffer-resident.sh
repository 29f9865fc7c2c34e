#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
# Linux and libbpf 1.1.2 (Debian 12): what a BPF ring buffer adds to its reader's resident size. Run as root.
#
# One expects that a ring buffer costs its reader what a perf buffer of that size does: nothing before there are records, then the
# pages that have been read. Seen with Linux 6.18:
# - Perf buffers of 16 MiB for each CPU add nothing when they are opened: the kernel puts their pages into the process as they are
#   touched (perf_mmap_fault).
# - A ring buffer of 16 MiB adds 32 MiB as soon as ring_buffer__new() has mapped it, before a program has written anything: the kernel
#   maps all pages at once (remap_vmalloc_range), and libbpf maps the data twice in a row, so that no record wraps; each counts.
#
# So a limit on a process's resident size, or a graph of it, sees twice the size of all ring buffers from the start. A reader that
# maps a part of the data at a time, as far as records reach, counts only that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=1:1.1.2-0+deb12u1
apt-get download -qq "libbpf1=$version" "libbpf-dev=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" .; done
lib=$(dirname "$(find "$folder" -name 'libbpf.so.1')")
cat >tried.c <<'C'
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>

static long resident_mib(void) {
  char line[256];
  long kb = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof(line), status))
    sscanf(line, "VmRSS: %ld", &kb);
  fclose(status);
  return (kb + 512) / 1024;
}

static int on_record(void *context, void *data, size_t size) { return 0; }
static void on_sample(void *context, int cpu, void *data, __u32 size) {}

int main(void) {
  const int pages = 4096; /* 16 MiB */
  long before = resident_mib();
  int events = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4, 1024, NULL);
  struct perf_buffer *perf = perf_buffer__new(events, pages, on_sample, NULL, NULL, NULL);
  printf("perf buffers of 16 MiB, opened: %ld MiB\n", perf ? resident_mib() - before : -1);
  before = resident_mib();
  int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, pages * 4096, NULL);
  printf("ring buffer of 16 MiB, made: %ld MiB\n", resident_mib() - before);
  struct ring_buffer *reader = ring_buffer__new(ring, on_record, NULL, NULL);
  printf("ring buffer of 16 MiB, opened: %ld MiB\n", reader ? resident_mib() - before : -1);
}
C
gcc -I usr/include -o tried tried.c -L "$lib" -Wl,-rpath,"$lib" -l:libbpf.so.1
./tried >seen
cat seen
diff seen - <<'EXPECTED'
perf buffers of 16 MiB, opened: 0 MiB
ring buffer of 16 MiB, made: 0 MiB
ring buffer of 16 MiB, opened: 32 MiB
EXPECTED
