// An extension of ipft in TypeScript: ipft -m MARK -e extension.ts
import { defineExtension, type ExtensionEvent } from 'ipft/extension';

const linear = (event: ExtensionEvent): number =>
  Number(event.len ?? 0) - Number(event['skb->data_len'] ?? 0);

export default defineExtension({
  name: 'segments',

  // Shown behind the other fields, and there in `event`.
  fields: 'skb->data_len',

  // For each event: further fields; false hides it.
  onEvent: (event) => ({ linear: linear(event) }),

  // When a packet is gone: a line behind its events.
  onPacket: (events) => `packet #${events[0]?.packet}: ${events.length} events`,
});
