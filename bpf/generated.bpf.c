/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates for the generated functions of generated.h: user space overwrites their instructions, then links
 * them with the programs. */
#include "kernel.h"
#include "ipft.h"

#define STRING(x) #x
#define TIMES(n, x) ".rept " STRING(n) "\n" x "\n.endr\n"

/* Instructions that nothing jumps to would be refused, so what is not overwritten must be harmless: each goes
 * on to the next one. The last two, which stay, are the end. */
#define TEMPLATE                                                                                             \
  asm volatile(TIMES(4094, "goto +0") "r0 = 0\n"                                                             \
                                      "exit\n" ::                                                            \
                                          : "r0");                                                           \
  __builtin_unreachable();

_Static_assert(IPFT_GENERATED == 4096, "TEMPLATE");

#define HIDDEN __attribute__((noinline, visibility("hidden")))
#define UNUSED __attribute__((unused))

HIDDEN int ipft_filter(UNUSED void *ctx, UNUSED const struct sk_buff *skb){TEMPLATE}

HIDDEN int ipft_capture(UNUSED void *ctx, UNUSED const struct sk_buff *skb, UNUSED void *data) {
  TEMPLATE
}

char LICENSE[] __attribute__((section("license"))) = "Dual BSD/GPL";
