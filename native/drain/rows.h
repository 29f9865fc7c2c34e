// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <cstddef>

namespace ipft {

// Sizes of what a session's programs send for each event: a struct of ipft.h, followed by data.
struct EventSize {
  size_t event = sizeof(ipft_event); // or that of ipft_graph_event
  size_t data = 0;                   // a multiple of 8
  size_t snaplen = 0; // most bytes of a packet, which follow after a struct ipft_snap; 0: none do

  size_t total() const { return event + data; }
  // That of the longest record.
  size_t longest() const { return total() + (snaplen == 0 ? 0 : sizeof(ipft_snap) + snaplen); }
};

// Rows of a session, each followed by its data.
class Rows {
public:
  Rows(void *bytes, size_t data_size)
      : bytes_(static_cast<char *>(bytes)), stride_(sizeof(ipft_row) + data_size) {}

  ipft_row &operator[](size_t row) const { return *reinterpret_cast<ipft_row *>(bytes_ + row * stride_); }

  void *data(size_t row) const { return bytes_ + row * stride_ + sizeof(ipft_row); }
  size_t data_size() const { return stride_ - sizeof(ipft_row); }

  // The rows from row `first` on.
  Rows from(size_t first) const { return Rows(bytes_ + first * stride_, data_size()); }

private:
  char *bytes_;
  size_t stride_;
};

} // namespace ipft
