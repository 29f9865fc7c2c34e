/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backend fentry-multi. */
#include "tracer.h"
#include "tracing_multi.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0
#define returned(ctx, by_kprobe) 0

#define PROBE_BY(ctx, skb, how, emitter) PROBE_WITH(ctx, skb, emitter, how, identify_nothing)

#include "tracing_multi_slots.h"
