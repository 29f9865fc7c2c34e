// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

struct bpf_object;
struct bpf_map;

namespace ipft {

struct ProgramOptions {
  ipft_settings settings{};
  bool multi = false; // for kprobe-multi links instead of kprobe trace events
  uint32_t slots = 0; // bit set of the programs to load
};

// The loaded BPF object: its programs, its event map, its switch and its counters. Throws NativeError with what
// the verifier said.
class Programs {
public:
  explicit Programs(const ProgramOptions &options);
  ~Programs();
  Programs(const Programs &) = delete;
  Programs &operator=(const Programs &) = delete;

  const std::array<int, IPFT_SLOTS> &fds() const { return fds_; }
  int events_fd() const;
  void set_active(bool active);

  uint64_t matched() const;
  uint64_t lost() const;

private:
  void configure(const ProgramOptions &options);
  void map_counters();
  void *variable(const char *section, const char *name, size_t size) const;

  std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
  std::array<int, IPFT_SLOTS> fds_{};
  volatile uint32_t *active_ = nullptr;
  const volatile ipft_counters *counters_ = nullptr;
  size_t cpus_ = 0;
};

} // namespace ipft
