/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Functions for which most traces have no use. The addon leaves them out before load
 * (native/session/left_out.cc): the verifier takes time for each function of a program at each start, also
 * for those whose calls the settings exclude. */
#ifndef IPFT_OPTIONAL_H
#define IPFT_OPTIONAL_H

/* Hidden, so that libbpf makes them static functions. Only calls of functions that are not static have a
 * relocation, which is what the addon changes. */
#define OPTIONAL __attribute__((noinline, visibility("hidden")))

/* Takes the place of those that are left out. */
OPTIONAL int ipft_left_out(void) {
  return 0;
}

#endif
