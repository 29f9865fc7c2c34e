// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// Paths of --fields, --where and `ipft fields`, a line each, in the types of test/support/fixtures/fields.c.
#include "harness.h"

#include "types/field_listing.h"
#include "types/field_path.h"

#include <bpf/btf.h>

#include <sstream>

namespace {

using namespace ipft;

const FieldLocations &locations() {
  static const FieldLocations locations([] {
    const btf *types = btf__parse_elf(IPFT_FIELDS, nullptr);
    require(types != nullptr, "the fixture's BTF is there");
    return types;
  }());
  return locations;
}

void resolve(const std::string &path) {
  try {
    ResolvedPath value = resolve_path(locations(), path);
    require(!value.steps.empty() && value.steps.size() <= 7, "a path has 1 to 7 steps");
    require(value.size >= 1 && value.size <= 64, "a value has 1 to 64 bytes");
    require(value.bit_size == 0 || value.bit_offset + value.bit_size <= value.size * 8,
            "a bit-field is within its bytes");
    // What C calls the value leads to it again.
    require(resolve_path(locations(), value.path).steps == value.steps, "its own path leads to the value");
  } catch (const PathProblem &problem) {
    require(!problem.error.empty(), "a problem is told");
    require(problem.nearest.size() <= 5, "of the nearest at most five are told");
  }
}

void list(const std::string &text) {
  try {
    for (const ListedField &field : list_fields(locations(), text))
      require(!field.path.empty(), "what is listed has a path");
  } catch (const PathProblem &problem) {
    require(!problem.error.empty(), "a problem is told");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char *>(data), size));
  for (std::string path; std::getline(lines, path);) {
    resolve(path);
    list(path);
  }
  return 0;
}
