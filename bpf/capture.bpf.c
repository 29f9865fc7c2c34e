/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#include "template.h"

HIDDEN int ipft_capture(UNUSED void *ctx, UNUSED const struct sk_buff *skb, UNUSED void *data) {
  ROOM
}
