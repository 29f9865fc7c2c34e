// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// Runs a harness on files, each as it is and then without its last bytes, which no parser may read beyond.
// Usage: sanitize-NAME FILE ...
#include "harness.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace {

// Of a file so many shorter ones are run.
constexpr size_t most_cuts = 64;

// In memory of just this size: a read beyond it is found.
void run(const std::vector<char> &content, size_t size) {
  std::unique_ptr<uint8_t[]> exact(new uint8_t[size]);
  std::copy_n(content.begin(), size, exact.get());
  LLVMFuzzerTestOneInput(exact.get(), size);
}

bool run_file(const char *path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    perror(path);
    return false;
  }
  std::vector<char> content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  size_t step = std::max<size_t>(1, content.size() / most_cuts);
  for (size_t size = content.size();; size -= step) {
    run(content, size);
    if (size < step)
      return true;
  }
}

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!run_file(argv[i]))
      return 1;
  printf("%d files, each whole and cut\n", argc - 1);
  return argc > 1 ? 0 : 2;
}
