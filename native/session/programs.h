// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/mapped_map.h"

#include <linux/types.h>
#include "ipft.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

struct btf;
struct bpf_object;
struct bpf_program;

namespace ipft {

struct ProgramOptions {
  ipft_settings settings{};
  bool multi = false; // for kprobe-multi links instead of kprobe trace events
  uint32_t slots = 0; // bit set of the slots that probes need
};

// The loaded BPF object: its programs, its event map, its switch and its counters. Throws NativeError with
// what the verifier said.
class Programs {
public:
  // `kernel`: the running kernel's BTF.
  Programs(const ProgramOptions &options, const btf *kernel);

  const std::array<int, IPFT_PROGRAMS> &fds() const { return fds_; }
  int events_fd() const;

  // Events are made from here on.
  void activate() { *active_ = 1; }
  // When it returns, every event that will ever be made is in the buffers or counted as lost.
  void deactivate();

  uint64_t matched() const { return sum(&ipft_counters::matched); }
  uint64_t lost() const { return sum(&ipft_counters::lost); }
  // Runs that the kernel left out because another program was running on that CPU; whether they would have
  // matched nobody knows. Kernels before 6.7 do not count them for kprobes.
  uint64_t missed() const;

private:
  uint64_t sum(__u64 ipft_counters::*counter) const;
  void configure(const ProgramOptions &options);
  bpf_program *program(size_t index) const;
  size_t variable_offset(const char *section, const char *name, size_t size) const;

  std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
  std::array<int, IPFT_PROGRAMS> fds_{};
  size_t cpus_ = 0;
  MappedMap bss_;
  MappedMap counters_;
  volatile uint32_t *active_ = nullptr;
};

} // namespace ipft
