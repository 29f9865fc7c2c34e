// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/bpf_ring.h"

#include <unistd.h>

namespace ipft {
namespace {

// A new window takes the kernel some microseconds, which this many bytes of records outweigh.
constexpr size_t most_window = 256 << 10;

size_t page_size() {
  return static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t whole_pages(size_t size) {
  return (size + page_size() - 1) / page_size() * page_size();
}

} // namespace

BpfRing::BpfRing(int fd, size_t data_size, size_t longest)
    : fd_(fd), data_size_(data_size), is_whole_(data_size <= most_window),
      window_step_(is_whole_ ? data_size : most_window),
      window_size_(window_step_ + (is_whole_ ? data_size : whole_pages(longest + BPF_RINGBUF_HDR_SZ))),
      reader_(fd, 0, page_size(), PROT_READ | PROT_WRITE), writer_(fd, page_size(), page_size(), PROT_READ),
      window_(fd, 2 * page_size(), window_size_, PROT_READ) {}

// False if the kernel refuses; then the records stay where they are, and the next refresh() tries again.
bool BpfRing::move_window() {
  if (is_whole_) {
    window_at_ = position_ - position_ % data_size_;
    return true;
  }
  uint64_t at = position_ - position_ % page_size();
  window_ = Mapping(fd_, 2 * page_size() + at % data_size_, window_size_, PROT_READ, window_.release());
  if (!window_)
    return false;
  window_at_ = at;
  return true;
}

} // namespace ipft
