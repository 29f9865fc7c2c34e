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
  bool is_own_netns = true; // the one that this process is in
  std::string program;      // its name, as far as the kernel keeps it; empty: not known
};

struct XdpDevices {
  std::vector<XdpDevice> found;
  size_t unseen = 0; // network namespaces that may not be entered
};

// Network devices with an XDP program, in all network namespaces of this machine. Where no XDP program is
// loaded, none is looked into.
XdpDevices xdp_devices();

} // namespace ipft
