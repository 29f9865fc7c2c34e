/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer that programs belong to: NAME_ways.bpf.c chooses another one than the default. */
#ifndef TRACER
#define TRACER "function.h"
#endif
#include TRACER
