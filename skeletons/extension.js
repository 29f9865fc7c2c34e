// An extension of ipft in JavaScript: ipft -m MARK -e extension.js
import { defineExtension } from 'ipft/extension';

export default defineExtension({
  name: 'segments',

  // Shown behind the other fields, and there in `event`.
  fields: 'skb->data_len',

  // For each event: further fields; false hides it.
  onEvent(event) {
    return { linear: Number(event.len ?? 0) - Number(event['skb->data_len'] ?? 0) };
  },

  // When a packet is gone: a line behind its events.
  onPacket(events) {
    return `packet #${events[0].packet}: ${events.length} events`;
  },
});
