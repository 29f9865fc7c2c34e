// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/programs.h"

namespace ipft {

// Number of functions with a probe in their bodies.
uint32_t count_bodies(const std::vector<TracedFunction> &functions);

// The settings of the options, and those that follow from them, from the kernel and from the number of CPUs.
ipft_settings complete_settings(const ProgramOptions &options, const btf *kernel, size_t cpus);

} // namespace ipft
