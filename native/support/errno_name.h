// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>

namespace ipft {

// "EINVAL" for 22; "E524" for the kernel's internal errnos, which have no name in user space but can get
// there.
std::string errno_name(int error);

} // namespace ipft
