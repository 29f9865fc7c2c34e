// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// Requests to the probe-keeper: the protocol in native/keeper/main.cc.
#include "harness.h"

#include "keeper/read_plan.h"
#include "support/native_error.h"

#include <sstream>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  using namespace ipft;
  std::istringstream input(std::string(reinterpret_cast<const char *>(data), size));
  Plan plan;
  try {
    read_plan(input, plan);
  } catch (const NativeError &error) {
    require(error.error == EINVAL, "what is wrong with a plan is EINVAL");
    return 0;
  }
  std::vector<Probes> programs = by_program(plan);
  require(programs.size() == plan.programs.size(), "there are probes for each program");
  Probes rare = take_rare(plan, programs);
  size_t count = rare.size();
  for (const Probes &probes : programs)
    count += probes.size();
  require(count == plan.probes.size(), "no probe is lost");
  require(count_shown(plan.probes.data(), plan.probes.size()) <= count, "some count");
  for (size_t program = 0; program < plan.programs.size(); program++)
    is_served(plan, program);
  return 0;
}
