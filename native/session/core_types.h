// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

struct btf;

namespace ipft {

// The kernel's BTF reduced to what CO-RE relocations of a program can ask for: the structs and unions that
// the program's own BTF names, with pointers as `void *`. libbpf would otherwise read and index all of the
// kernel's BTF a second time (20 ms natively, 0.4 s in an emulated guest). A memfd, to be given to libbpf
// as /proc/self/fd/N. Throws NativeError.
UniqueFd core_types(const btf *program, const btf *kernel);

} // namespace ipft
