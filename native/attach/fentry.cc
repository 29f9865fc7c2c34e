// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/fentry.h"

#include "attach/minimal_program.h"

#include <bpf/btf.h>

#include <cerrno>

namespace ipft {

int Fentry::probe(const btf *kernel) {
  int function = btf__find_by_name_kind(kernel, "__kfree_skb", BTF_KIND_FUNC); // traceable on every kernel
  if (function < 0)
    return -function;
  UniqueFd program =
      load_minimal_program(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, static_cast<__u32>(function));
  return program ? 0 : errno;
}

} // namespace ipft
