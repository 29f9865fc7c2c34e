// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/core_object.h"
#include "support/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Packets that XDP lost at a device, by one cause.
struct XdpDrops {
  std::string tracepoint; // that reported them; empty: there was no room to count these separately
  int32_t value = 0;      // what the tracepoint reports: an action, or -errno; 0: nothing
  std::string ifname;     // empty: the tracepoint names no device
  uint32_t ifindex = 0;
  uint32_t netns = 0; // inode of the device's network namespace
  uint64_t packets = 0;
};

// Attaches the programs of xdp.bpf.c, on those of their tracepoints that the kernel has. They count from
// start() on.
class XdpDropCounts {
public:
  // `kernel`: the running kernel's BTF. Throws NativeError.
  explicit XdpDropCounts(const btf *kernel);

  void start();

  // In arbitrary order.
  std::vector<XdpDrops> read() const;

private:
  BpfObject object_;
  std::vector<std::string> tracepoints_; // of the object's programs, attached or not
  std::vector<UniqueFd> links_;
  int map_ = -1; // owned by the object
};

} // namespace ipft
