// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/plan.h"

#include <istream>

namespace ipft {

// Reads the keeper's request (the protocol in keeper/main.cc) up to `attach`. False: the input ended before.
// Every probe of the plan has a program number that the plan has. Throws NativeError for a line that is none.
bool read_plan(std::istream &input, Plan &plan);

} // namespace ipft
