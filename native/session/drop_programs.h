// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <vector>

struct bpf_object;
struct btf;

namespace ipft {

// The programs that tell of packets that are dropped, and of why in front of that. They are there before any
// probe is, and go with the session.
class DropPrograms {
public:
  // Whether the tracepoint kfree_skb tells why, in the kernel's BTF.
  static bool has_reasons(const btf *kernel);

  // Attaches IPFT_DROP_PROGRAM. Throws NativeError.
  void attach(const bpf_object *loaded);

  // Attaches a copy of IPFT_CAUSE_PROGRAM to each of cause_sources(). Throws NativeError.
  void attach_causes(const bpf_object *loaded, const btf *kernel);

  const std::vector<int> &fds() const { return fds_; }

private:
  std::vector<int> fds_;
  std::vector<UniqueFd> copies_;
  std::vector<UniqueFd> links_;
};

} // namespace ipft
