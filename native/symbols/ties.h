// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Sets `tie` of a function that ties two skbs together.
void add_tie(Function &function);

// Makes the functions with ties run the programs for them. `follows`: ipft_settings.follows; `can_merge`: the
// programs see the returns of functions that merge skbs. Returns the names of functions that tie packets
// together without being seen.
std::vector<std::string> follow_relatives(std::vector<Function> &functions, uint32_t follows, bool can_merge);

// True after follow_relatives() if the function is probed even if it was not selected.
bool ties_packets(const Function &function);

// The functions that copy or answer skbs by calling one that ties them together.
std::vector<ipft_copier> copiers_in(const std::vector<Function> &functions);

} // namespace ipft
