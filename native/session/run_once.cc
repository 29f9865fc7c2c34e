// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/run_once.h"

#include "support/native_error.h"
#include "support/unique_fd.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace ipft {

// From Linux 5.10 on, programs of raw tracepoints can be run in the calling thread.
uint32_t run_once(std::string_view code) {
  std::vector<bpf_insn> instructions(code.size() / sizeof(bpf_insn));
  memcpy(instructions.data(), code.data(), instructions.size() * sizeof(bpf_insn));
  UniqueFd program(bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ipft_once", "GPL", instructions.data(),
                                 instructions.size(), nullptr));
  if (!program)
    throw NativeError(errno, "load", "a program that runs once");
  LIBBPF_OPTS(bpf_test_run_opts, options);
  int error = bpf_prog_test_run_opts(program.get(), &options);
  if (error != 0)
    throw NativeError(-error, "test run", "a program that runs once");
  return options.retval;
}

} // namespace ipft
