/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
#ifndef PRODUCER_STATE_H
#define PRODUCER_STATE_H

/* What the producer's program remembers between two events; one producer runs at a time, on one CPU. */
struct producer_state {
  __u64 produced;
  __u64 born_ns;   /* of the packet that is under way */
  __u64 functions; /* rows of the table that the events are spread over */
};

#endif
