// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <vector>

struct bpf_object;
struct btf;

namespace ipft {

// The programs that report dropped packets, and causes before the drop. They are attached before any probe,
// and detached with the session.
class DropPrograms {
public:
  // True if the tracepoint kfree_skb has a reason, by the kernel's BTF.
  static bool has_reasons(const btf *kernel);

  // Attaches IPFT_DROP_PROGRAM. Throws NativeError.
  void attach(const bpf_object *loaded);

  // Attaches one copy of IPFT_CAUSE_PROGRAM to each of cause_sources(). Throws NativeError.
  void attach_causes(const bpf_object *loaded, const btf *kernel);

  const std::vector<int> &fds() const { return fds_; }

private:
  std::vector<int> fds_;
  std::vector<UniqueFd> copies_;
  std::vector<UniqueFd> links_;
};

} // namespace ipft
