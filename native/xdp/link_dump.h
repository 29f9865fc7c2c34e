// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace ipft {

// An XDP program on a network device.
struct XdpAttachment {
  std::string ifname;
  uint32_t ifindex = 0;
  const char *mode = ""; // native, generic, hardware
  uint32_t program = 0;  // id
};

// Queries rtnetlink for the XDP programs on all devices of the calling thread's network namespace. Returns 0
// or errno.
int for_each_xdp_attachment(const std::function<void(const XdpAttachment &)> &visit);

} // namespace ipft
