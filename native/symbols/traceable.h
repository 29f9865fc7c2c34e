// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kept_lines.h"

#include <string>
#include <vector>

namespace ipft {

// Sets the reason of every function that ftrace does not list. available_filter_functions has only names; if
// only some functions of a name are listed, available_filter_functions_addrs (6.5) decides, and without that
// file they are ambiguous. `tracefs` is empty if it is not mounted. Returns why it is unknown which functions
// can be traced, or ''. `kept` gets the names' lines that matter, or has them.
std::string read_traceable(const std::string &tracefs, std::vector<Function> &functions, KeptLines &kept);

// Sets the reason of functions on the kprobe blacklist, "0xstart-0xend\tname". Without debugfs there is no
// list; a refused probe is then counted when it is attached.
void read_blacklist(const std::string &path, std::vector<Function> &functions);

} // namespace ipft
