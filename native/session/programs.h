// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/mapped_map.h"
#include "support/unique_fd.h"

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct btf;
struct bpf_object;

namespace ipft {

// What the programs are to hang on.
enum class Attaching { kprobe, kprobe_multi, tracepoint };

// The name of a program in the BPF object, by slot or other number.
inline std::string program_name(size_t number) {
  return "ipft_program_" + std::to_string(number);
}

struct TracedFunction {
  uint32_t id = 0; // in the function table
  uint8_t slot = 0;
};

struct ProgramOptions {
  ipft_settings settings{};
  Attaching attaching = Attaching::kprobe;
  std::vector<TracedFunction> functions;
};

// The loaded BPF object: its programs, its event map, its switch and its counters. Throws NativeError with
// what the verifier said.
class Programs {
public:
  // `kernel`: the running kernel's BTF.
  Programs(const ProgramOptions &options, const btf *kernel);

  // By number, -1: not loaded. For kprobes the number is the slot, or IPFT_COOKIE_PROGRAM; tracepoints have a
  // program each, in the order of the functions.
  const std::vector<int> &fds() const { return fds_; }
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
  void autoload(const ProgramOptions &options);
  void collect_fds(const ProgramOptions &options);
  size_t variable_offset(const char *section, const char *name, size_t size) const;

  std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
  std::vector<UniqueFd> copies_; // the tracepoints' programs
  std::vector<int> fds_;
  size_t cpus_ = 0;
  MappedMap bss_;
  MappedMap counters_;
  volatile uint32_t *active_ = nullptr;
};

} // namespace ipft
