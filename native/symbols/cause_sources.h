// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// A tracepoint that tells why an skb is dropped. Places are those among its arguments, from 0;
// IPFT_NO_ARGUMENT: it has none.
struct CauseSource {
  std::string tracepoint;
  uint64_t skb = 0;
  uint64_t value = 0;
  std::string enum_name; // of the value; empty: it is -errno
};

// Those of vmlinux's BTF. They take the skb, in front of the drop, and have an enum of reasons, such as
// qdisc_drop, or a name that says that something is wrong, such as sock_rcvqueue_full. Where kfree_skb, the
// drop itself, tells no reasons, also those with such a name that take a socket alone, as
// udp_fail_queue_rcv_skb does: Linux 5.10 calls it behind the drop.
std::vector<CauseSource> cause_sources(const btf *kernel);

} // namespace ipft
