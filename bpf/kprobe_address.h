/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Information about a call from the registers of a kprobe. The file that includes this includes its tracer's
 * header first. */
#ifndef IPFT_KPROBE_ADDRESS_H
#define IPFT_KPROBE_ADDRESS_H

#include "body.h"
#include "registers.h"

/* For probes inside bodies: address of the probe -> entry address of the function. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set to their number before load */
  __type(key, __u64);
  __type(value, __u64);
} bodies SEC(".maps");

/* Bodies that were found: in an entry's lowest 8 bits how far the probe is behind the function's entry, above
 * them its address, whose first 8 bits are the same for all. Probes whose entries are the same replace each
 * other's. */
#define KNOWN_BODIES 4096
volatile __u64 known_bodies[KNOWN_BODIES] = {};

/* Sets `address`, that of the probe, to that of the function around it. Returns false if there is none. */
static __always_inline bool find_body(__u64 *address) {
  __u64 probe = *address << 8;
  volatile __u64 *known = &known_bodies[*address >> 4 & (KNOWN_BODIES - 1)];
  __u64 entry = *known, *function;

  if ((entry ^ probe) >> 8 == 0) {
    *address -= (__u8)entry;
    return true;
  }
  function = bpf_map_lookup_elem(&bodies, address);
  if (!function)
    return false;
  if (*address - *function <= 0xff)
    *known = probe | (*address - *function);
  *address = *function;
  return true;
}

/* Sets `address`, which may be in a caller's frame: those of a call that matches have no room. Without the
 * helper, the address is that of the breakpoint or its replacement. The verifier does not check the branch
 * that the settings exclude, so an old kernel accepts the helper in it. */
static __always_inline void find_function(struct pt_regs *ctx, __u64 *address) {
  *address = PROBE_ADDRESS(ctx);
  if (SETTING(has_bodies) != 0 && find_body(address))
    return;
  if (SETTING(has_func_ip))
    *address = bpf_get_func_ip(ctx);
}

static __always_inline __u64 function_address(struct pt_regs *ctx) {
  __u64 address;

  find_function(ctx, &address);
  return address;
}

/* Reads all registers and selects one: the verifier does not let a program read from an address that depends
 * on `index`. */
static __noinline __u64 register_of(struct pt_regs *ctx, __u32 index) {
  unsigned long arguments[IPFT_REGISTERS] = {ARGUMENT(ctx, 0), ARGUMENT(ctx, 1), ARGUMENT(ctx, 2),
                                             ARGUMENT(ctx, 3), ARGUMENT(ctx, 4), ARGUMENT(ctx, 5)};
  __u64 value = 0;

#pragma unroll
  for (__u32 i = 0; i < IPFT_REGISTERS; i++) {
    __u64 argument = arguments[i];

    asm volatile("" : "+r"(argument));
    if (i == index)
      value = argument;
  }
  return value;
}

static __always_inline void describe(void *ctx, struct hit *hit) {
  __u32 *index;

  find_function(ctx, &hit->function_address);
  if (SETTING(caller_at))
    hit->caller = caller_of(ctx);
  if (SETTING(asks_reason) == 0)
    return;
  index = reason_argument(hit->function_address);
  if (index)
    hit->reason = register_of(ctx, *index & 7);
}

#endif
