/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Compiled only for its BTF, from which the offsets for TypeScript are generated. */
#include "kernel.h"
#include "ipft.h"

struct ipft_row row;
struct ipft_geometry geometry;
struct ipft_snap snap;
struct ipft_step step;
struct ipft_subject subject;
enum ipft_way_sizes way_sizes;
enum ipft_snap_flags snap_flags;
enum ipft_no_place no_place;
enum ipft_function function;
enum ipft_flags flags;
enum ipft_relation relation;
enum ipft_sizes sizes;
enum ipft_memory_sizes memory_sizes;
enum ipft_candidates candidates;
