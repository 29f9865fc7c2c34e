// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/copied_programs.h"

#include "session/instructions.h"
#include "session/module_btf_fd.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <map>

namespace ipft {
namespace {

// Sets the target of a copy in load options. Each module's BTF is opened only once.
class Targets {
public:
  explicit Targets(bpf_prog_type type) : type_(type) {}

  // `type`: BPF_TRACE_FENTRY or BPF_TRACE_FEXIT. Returns 0 or errno.
  int set(const TracedFunction &function, bpf_attach_type type, bpf_prog_load_opts &options) {
    if (type_ != BPF_PROG_TYPE_TRACING)
      return 0;
    options.expected_attach_type = type;
    options.attach_btf_id = function.btf_id;
    if (function.btf_id == 0)
      return ENOENT;
    return function.module == "vmlinux" ? 0 : set_module(function.module, options);
  }

  // The copy's name, as shown by bpftool.
  const char *name(bpf_attach_type type) const {
    if (type_ != BPF_PROG_TYPE_TRACING)
      return "ipft_tracepoint";
    return type == BPF_TRACE_FEXIT ? "ipft_fexit" : "ipft_fentry";
  }

  bpf_prog_type type() const { return type_; }

private:
  int set_module(const std::string &module, bpf_prog_load_opts &options) {
    auto [known, added] = modules_.try_emplace(module);
    if (added)
      known->second = module_btf_fd(module);
    options.attach_btf_obj_fd = static_cast<__u32>(known->second.get());
    return known->second ? 0 : ENOENT;
  }

  bpf_prog_type type_;
  std::map<std::string, UniqueFd> modules_;
};

// Returns an fd, or -errno.
int load_copy(Instructions instructions, const TracedFunction &function, bpf_attach_type type,
              Targets &targets) {
  LIBBPF_OPTS(bpf_prog_load_opts, options);
  int error = targets.set(function, type, options);
  if (error != 0)
    return -error;
  replace_constant(instructions, IPFT_FUNCTION_ADDRESS, function.address);
  if (type == BPF_TRACE_FEXIT)
    replace_constant(instructions, IPFT_RETURN_OFFSET, function.return_place * sizeof(uint64_t));
  return bpf_prog_load(targets.type(), targets.name(type), "GPL", instructions.data(), instructions.size(),
                       &options);
}

// True for errors by which the kernel refuses all such programs, or has no room for more.
bool is_hopeless(int error) {
  return error == EPERM || error == EMFILE || error == ENOMEM;
}

} // namespace

std::vector<UniqueFd> load_copies(const bpf_object *object, const ProgramKind &kind,
                                  const std::vector<TracedFunction> &functions) {
  std::vector<UniqueFd> programs;
  Targets targets(kind.copies);
  auto load = [&](const TracedFunction &function, size_t number, bpf_attach_type type) {
    programs.emplace_back(load_copy(loaded_instructions(object, number), function, type, targets));
    int error = -programs.back().get();
    if (is_hopeless(error))
      throw NativeError(error, "load", "a function's own program");
  };
  for (const TracedFunction &function : functions)
    load(function, function.slot, BPF_TRACE_FENTRY);
  if (kind.sees_returns())
    for (const TracedFunction &function : functions)
      load(function, IPFT_RETURN_PROGRAM, BPF_TRACE_FEXIT);
  return programs;
}

} // namespace ipft
