// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <string>

namespace ipft {

// A BPF object in which the placeholders of IPFT_IMMEDIATES() are replaced by the settings that they stand
// for; a call of one calls a kfunc, or does nothing if that is 0.
std::string with_immediates(std::string image, const ipft_settings &settings);

} // namespace ipft
