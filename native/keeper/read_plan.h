// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/plan.h"

#include <istream>

namespace ipft {

// Reads the keeper's request (protocol in keeper/main.cc) up to `attach`. Returns false if the input ends
// before. The program number of every probe exists in the plan. Throws NativeError for an invalid line.
bool read_plan(std::istream &input, Plan &plan);

} // namespace ipft
