// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipft {

// The payload of a block of rows in a capture file: docs/capture-file.md describes it, src/capture/rows.ts
// reads it. `rows`: a row of zeros, then `count` rows of `words` words each, with ipft_row at their start.
std::vector<uint8_t> encode_rows(const uint32_t *rows, size_t count, size_t words);

} // namespace ipft
