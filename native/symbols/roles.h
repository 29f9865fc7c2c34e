// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <linux/types.h>
#include "ipft.h"

namespace ipft {

// True if functions of this role (enum ipft_role) run IPFT_END_PROGRAM, and are probed even if not selected.
inline bool ends_lives(unsigned role) {
  return role == IPFT_ENDS || role == IPFT_RELEASES || role == IPFT_POSTPONES;
}

inline void give_role(Function &function, ipft_role role) {
  function.role = role;
  if (ends_lives(role))
    function.slot = IPFT_END_PROGRAM;
}

} // namespace ipft
