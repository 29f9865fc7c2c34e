// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/candidates.h"

#include "support/native_error.h"

#include <algorithm>
#include <cerrno>

namespace ipft {

bool any_certain(const std::vector<Candidate> &candidates) {
  return std::any_of(candidates.begin(), candidates.end(),
                     [](const Candidate &candidate) { return candidate.is_certain; });
}

void set_candidates(const std::vector<Candidate> &candidates, ipft_settings &settings) {
  if (candidates.size() > IPFT_CANDIDATES)
    throw NativeError(E2BIG, "load", "the candidates");
  for (const Candidate &candidate : candidates)
    settings.candidates[settings.candidate_count++] = candidate.address;
}

void fill_candidates(const std::vector<Candidate> &candidates, volatile ipft_candidate *known) {
  for (size_t i = 0; i < candidates.size(); i++) {
    known[i].takes_pointer = candidates[i].takes_pointer;
    known[i].confirmed_ns = candidates[i].is_certain; // a time before the trace
  }
}

std::vector<CandidateCalls> read_candidates(const std::vector<Candidate> &candidates,
                                            const volatile ipft_candidate *known) {
  std::vector<CandidateCalls> result;
  for (size_t i = 0; i < candidates.size(); i++)
    result.push_back(
        {candidates[i].id, known[i].followed, known[i].others, known[i].confirmed_ns, known[i].refuted_ns});
  return result;
}

} // namespace ipft
