// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/minimal_program.h"
#include "attach/own_programs.h"

#include <bpf/btf.h>

#include <cerrno>

namespace ipft {
namespace {

// One program per function, run by the function's trampoline (kernel 5.5). Each program was loaded for its
// function. If returns are wanted: an fentry and an fexit program.
class Fentry : public OwnPrograms {
protected:
  const char *tracepoint_name(const Probe &) const override { return nullptr; }
};

// Tries to load a program for a function.
int probe(const Machine &machine) {
  std::shared_ptr<const btf> kernel = machine.kernel();
  int function =
      btf__find_by_name_kind(kernel.get(), "__kfree_skb", BTF_KIND_FUNC); // traceable on every kernel
  if (function < 0)
    return -function;
  UniqueFd program =
      load_minimal_program(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, static_cast<__u32>(function));
  return program ? 0 : errno;
}

} // namespace

extern const BackendEntry fentry_backend = {"fentry", made<Fentry>, probe, nullptr};

} // namespace ipft
