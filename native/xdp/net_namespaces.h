// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

struct NetNamespace {
  uint64_t inode = 0;
  std::string path; // of a file that stands for it
};

// The network namespaces of this machine that processes are in, or that are mounted where this process sees
// it, as those of `ip netns`: each once.
std::vector<NetNamespace> net_namespaces();

} // namespace ipft
