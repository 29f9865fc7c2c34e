// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <linux/types.h>
#include "ipft.h"

struct btf;
struct btf_type;

namespace ipft {

// The slots of deciders: their modules may be loaded only during the trace, when no program can be.
inline constexpr uint8_t decider_slots[] = {IPFT_REGISTERS + 0, IPFT_REGISTERS + 2};

// Functions that decide about packets, and do not take the skb itself: they get it in a structure that begins
// with a pointer to it. They run for each packet of the host, so only traces that ask for them (--why) have
// them in their table.
//
// Fills in `why`, position, slot and subject_register of nftables' functions: the evaluation of a chain
// (nft_do_chain), and those of the statements of its rules; what only compares or loads values is left out.
// Returns false for any other function.
bool describe_decider(const btf *btf, const btf_type *function, Function &result);

} // namespace ipft
