// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace ipft {

// An XDP program at a network device.
struct XdpAttachment {
  std::string ifname;
  uint32_t ifindex = 0;
  const char *mode = ""; // native, generic, hardware
  uint32_t program = 0;  // id
};

// Asks rtnetlink for the XDP programs at all devices of the network namespace that the thread is in. Returns
// 0 or errno.
int for_each_xdp_attachment(const std::function<void(const XdpAttachment &)> &visit);

} // namespace ipft
