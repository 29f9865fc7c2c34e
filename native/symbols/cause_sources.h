// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// A tracepoint that reports why an skb is dropped. Positions are those among its arguments, from 0;
// IPFT_NO_ARGUMENT: it does not have this argument.
struct CauseSource {
  std::string tracepoint;
  uint64_t skb = 0;
  uint64_t value = 0;
  std::string enum_name; // the enum of the value; empty: the value is -errno
};

// The sources in vmlinux's BTF: tracepoints that take the skb, come before the drop, and have an enum of
// reasons, such as qdisc_drop, or a name that reports a failure, such as sock_rcvqueue_full. If kfree_skb,
// the drop itself, has no reason, also tracepoints with such a name that take only a socket, like
// udp_fail_queue_rcv_skb, which Linux 5.10 calls after the drop.
std::vector<CauseSource> cause_sources(const btf *kernel);

} // namespace ipft
