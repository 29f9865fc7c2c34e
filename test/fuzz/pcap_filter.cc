// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// Expressions of --filter, a line each, as the link-layer types that ipft compiles for. Not fuzzed: what
// would be is libpcap.
#include "harness.h"

#include "filter/pcap_compile.h"

#include <sstream>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr int ethernet = 1; // DLT_EN10MB
  constexpr int raw = 12;     // DLT_RAW
  std::istringstream lines(std::string(reinterpret_cast<const char *>(data), size));
  for (std::string expression; std::getline(lines, expression);)
    for (int link_type : {ethernet, raw}) {
      ipft::CompiledFilter filter = ipft::compile_filter(expression, link_type);
      ipft::require(filter.code.empty() != filter.error.empty(), "there is either code or an error");
    }
  return 0;
}
