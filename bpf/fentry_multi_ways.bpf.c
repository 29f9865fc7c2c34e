/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The programs of fentry_multi.bpf.c for the tracer `ways`. */
#define TRACER "ways.h"
#define KEEPS_WAYS
#include "fentry_multi.bpf.c"
