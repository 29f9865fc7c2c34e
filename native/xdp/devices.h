// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "xdp/link_dump.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

struct XdpDevice {
  XdpAttachment attachment;
  uint64_t netns = 0;       // inode of the network namespace
  bool is_own_netns = true; // true if it is this process' network namespace
  std::string program;      // its name, as far as the kernel stores it; empty: unknown
};

struct XdpDevices {
  std::vector<XdpDevice> found;
  size_t unseen = 0; // number of network namespaces that could not be entered
};

// Network devices with an XDP program, in all network namespaces of this machine. If no XDP program is
// loaded, no namespace is visited.
XdpDevices xdp_devices();

} // namespace ipft
