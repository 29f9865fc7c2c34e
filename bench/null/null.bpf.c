// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What no tracer by kprobe-multi can go under: a program that returns at once.
#include "kernel.h"
#include <bpf/bpf_helpers.h>

SEC("kprobe.multi") int nothing(void *ctx) {
  (void)ctx;
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
