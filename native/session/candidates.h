// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <vector>

namespace ipft {

// A candidate: a function whose calls decide whether it takes an skb (bpf/candidates.h).
struct Candidate {
  uint32_t id = 0; // index in the function table
  uint64_t address = 0;
  bool takes_pointer = false; // its first argument is a struct sk_buff **
  bool is_certain = false;    // confirmed by an earlier trace
};

// What the calls of a candidate have shown.
struct CandidateCalls {
  uint32_t id = 0;
  uint64_t followed = 0; // this and the following: as in ipft_candidate
  uint64_t others = 0;
  uint64_t confirmed_ns = 0;
  uint64_t refuted_ns = 0;
};

bool any_certain(const std::vector<Candidate> &candidates);

// Puts the candidates into the settings. Throws NativeError if there are too many.
void set_candidates(const std::vector<Candidate> &candidates, ipft_settings &settings);

// fill_candidates() initializes the state of candidates in the programs' memory before they run;
// read_candidates() reads it.
void fill_candidates(const std::vector<Candidate> &candidates, volatile ipft_candidate *known);
std::vector<CandidateCalls> read_candidates(const std::vector<Candidate> &candidates,
                                            const volatile ipft_candidate *known);

} // namespace ipft
