// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

struct bpf_object;

namespace ipft {

// Replaces the placeholders for numbers of 32 bits (ipft.h) by the settings that they stand for, in all
// programs of an object that is not loaded yet. Programs may have them, their subprograms may not. Throws
// NativeError if libbpf refuses.
void replace_immediates(const bpf_object *object, const ipft_settings &settings);

} // namespace ipft
