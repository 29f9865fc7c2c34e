// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

struct btf;

namespace ipft {

// The kernel's BTF reduced to what a program's CO-RE relocations can need: the structs and unions that the
// program's own BTF names, with pointers as `void *`. Without it libbpf would parse and index the kernel's
// complete BTF a second time (20 ms natively, 0.4 s in an emulated guest). Returns a memfd, to be passed to
// libbpf as /proc/self/fd/N. Throws NativeError.
UniqueFd core_types(const btf *program, const btf *kernel);

} // namespace ipft
