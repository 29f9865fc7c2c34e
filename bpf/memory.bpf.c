/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Reads the kernel's memory for user space, which runs this program once for each read. */
#include "kernel.h"
#include "ipft.h"
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct ipft_memory);
} memory SEC(".maps");

SEC("raw_tracepoint") int ipft_memory(void *ctx) {
  __u32 key = 0;
  struct ipft_memory *request = bpf_map_lookup_elem(&memory, &key);

  (void)ctx;
  if (request && request->size <= IPFT_MEMORY)
    request->error = bpf_probe_read_kernel(request->bytes, request->size, (void *)request->address);
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
