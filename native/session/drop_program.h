// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

struct bpf_object;
struct btf;

namespace ipft {

// IPFT_DROP_PROGRAM, which tells of packets that are dropped. The tracepoint is there before any probe is,
// and goes with the session.
class DropProgram {
public:
  // Whether the tracepoint tells why, in the kernel's BTF.
  static bool has_reasons(const btf *kernel);

  // Attaches it. Throws NativeError.
  void attach(const bpf_object *loaded);

  // -1: it is not attached.
  int fd() const { return program_; }

private:
  int program_ = -1; // belongs to the object
  UniqueFd link_;
};

} // namespace ipft
