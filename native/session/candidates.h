// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <vector>

namespace ipft {

// A function that takes an skb if its calls say so (bpf/candidates.h).
struct Candidate {
  uint32_t id = 0; // in the function table
  uint64_t address = 0;
  bool takes_pointer = false; // struct sk_buff **
  bool is_certain = false;    // by an earlier trace
};

// What its calls have shown.
struct CandidateCalls {
  uint32_t id = 0;
  uint64_t followed = 0; // as of ipft_candidate
  uint64_t others = 0;
  uint64_t confirmed_ns = 0;
  uint64_t refuted_ns = 0;
};

bool any_certain(const std::vector<Candidate> &candidates);

// Which there are, for the programs. Throws NativeError if they are too many.
void set_candidates(const std::vector<Candidate> &candidates, ipft_settings &settings);

// What the programs know of each, in their memory: before they run, and as it is now.
void fill_candidates(const std::vector<Candidate> &candidates, volatile ipft_candidate *known);
std::vector<CandidateCalls> read_candidates(const std::vector<Candidate> &candidates,
                                            const volatile ipft_candidate *known);

} // namespace ipft
