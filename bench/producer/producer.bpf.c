/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Makes up the events of a flood, one for each run of BPF_PROG_TEST_RUN, and sends them as ipft's own
 * programs do. The counters and the ring buffer are those of a running ipft, or of the consumer beside it. */
#include "body.h"
#include "state.h"

#define EVENTS_A_PACKET 51
#define WAKES_AFTER 65536 /* events, about a quarter of a ring buffer of the default size */
#define SKBS 4            /* skbs are reused, as those of traffic are */

/* A map of its own, so that it lies at its start. */
struct producer_state state SEC(".data.state") = {.functions = 1};

SEC("tc")
int produce(void *ctx __attribute__((unused))) {
  struct ipft_counters *count = own_counters();
  __u64 packet = state.produced / EVENTS_A_PACKET;
  __u64 place = state.produced % EVENTS_A_PACKET;
  struct ipft_event event = {
      .time_ns = bpf_ktime_get_ns(),
      .skb = 0xffff888003200000ULL + packet % SKBS * 256,
      .function_address = 1 + state.produced * 7 % state.functions,
      .len = 60 + packet * 37 % 1400,
      .mark = settings.mark,
  };

  if (!count)
    return 0;
  if (place == 0)
    state.born_ns = event.time_ns;
  event.born_ns = state.born_ns;
  if (place == EVENTS_A_PACKET - 1)
    event.flags = IPFT_LAST;
  if (packet % 4 == 0) {
    event.gso_size = 1448;
    event.gso_segs = 4;
    event.gso_type = 1;
  }
  state.produced++;
  /* The settings of this object are all 0, so it says itself when the reader is woken. */
  count->wakes_at = count->matched + (state.produced % WAKES_AFTER == 0 ? 0 : 2);
  send(count, &event, sizeof(event));
  return 0;
}
