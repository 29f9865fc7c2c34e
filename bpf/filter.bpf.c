/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "template.h"

HIDDEN int ipft_filter(UNUSED void *ctx, UNUSED const struct sk_buff *skb) {
  ROOM
}
