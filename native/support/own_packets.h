// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <cstdint>

namespace ipft {

// Sends UDP packets over the loopback of a network namespace of its own: nothing else is on their way, and
// none leaves the machine. Only the socket holds the namespace, so the kernel removes it whichever way the
// process ends.
class OwnPackets {
public:
  // `mark`: skb->mark of the packets. Throws NativeError in the phase "network namespace".
  explicit OwnPackets(uint32_t mark);

  // Sends and receives so many packets, one after the other. Returns the ns that it took; throws NativeError.
  int64_t send(uint32_t count) const;

  // Writes and reads a pipe as often. Returns the ns that it took: another task on the same core slows down
  // both this and the packets.
  int64_t write_pipe(uint32_t count) const;

private:
  UniqueFd socket_;
  UniqueFd pipe_reader_;
  UniqueFd pipe_writer_;
};

} // namespace ipft
