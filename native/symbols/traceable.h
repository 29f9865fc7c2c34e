// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <string>
#include <vector>

namespace ipft {

// Gives a reason to every function that ftrace does not know. available_filter_functions only names them;
// where some functions with one name are listed and others are not, available_filter_functions_addrs (6.5)
// tells which, and without it they are ambiguous. `tracefs` is empty if it is not mounted. Returns why it is
// not known which functions can be traced, or ''.
std::string read_traceable(const std::string &tracefs, std::vector<Function> &functions);

// Gives a reason to the functions on the kprobe blacklist, "0xstart-0xend\tname". Absent without debugfs;
// then a refused probe is counted when it is attached.
void read_blacklist(const std::string &path, std::vector<Function> &functions);

} // namespace ipft
