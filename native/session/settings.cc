// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/settings.h"

#include "session/candidates.h"
#include "session/drop_programs.h"
#include "session/plain_loads.h"
#include "support/cpus.h"

#include <algorithm>

namespace ipft {
namespace {

// Number of releases that are remembered on each CPU: a power of two.
uint32_t releases_per_cpu(size_t cpus) {
  uint32_t count = IPFT_DYING;
  while (count > IPFT_DYING_PER_CPU && count * cpus > IPFT_DYING)
    count /= 2;
  return count;
}

} // namespace

uint32_t count_bodies(const std::vector<TracedFunction> &functions) {
  return static_cast<uint32_t>(
      std::count_if(functions.begin(), functions.end(),
                    [](const TracedFunction &function) { return function.body_offset != 0; }));
}

ipft_settings complete_settings(const ProgramOptions &options, const btf *kernel, size_t cpus) {
  ipft_settings settings = options.settings;
  const PlainLoads &loads = plain_loads(kernel);
  settings.rdonly_cast = loads.rdonly_cast;
  settings.skb_type = loads.sk_buff;
  settings.shared_info_type = loads.shared_info;
  settings.word_type = loads.word;
  set_candidates(options.candidates, settings);
  settings.has_bodies = count_bodies(options.functions) > 0;
  settings.has_drop_reason = options.drops && DropPrograms::has_reasons(kernel);
  settings.releases = releases_per_cpu(cpus);
  settings.snap_slots = static_cast<uint32_t>(online_cpus().size() * IPFT_SNAP_SLOTS);
  return settings;
}

} // namespace ipft
