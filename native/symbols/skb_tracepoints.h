// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <functional>
#include <string_view>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// Receives a tracepoint's name, and the prototype of its probes: `void *__data`, then its arguments.
using TracepointVisitor = std::function<void(std::string_view, const btf_type *)>;

void for_each_tracepoint(const btf *btf, const TracepointVisitor &visit);

// Every tracepoint in `btf` that passes an skb, as `tp:NAME`. BTF describes a tracepoint by a typedef
// btf_trace_NAME, a pointer to the prototype of its probes: `void *__data`, then its arguments, from which
// position and slot are counted. A tracepoint has no entry address; its address is its position in the table,
// from 1 (ipft.h).
std::vector<Function> skb_tracepoints(const btf *btf);

} // namespace ipft
