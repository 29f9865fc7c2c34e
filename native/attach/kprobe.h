// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>

namespace ipft {

// True if programs run for probes that are breakpoints. Linux 5.8 to 5.10.16 skipped them there, until
// commit 548f1191d86c. Calls a function with such a probe. Throws NativeError.
bool runs_at_breakpoints(const std::string &tracefs);

} // namespace ipft
