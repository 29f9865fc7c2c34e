// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** The fragments of datagrams that are reassembled, by the kernel's queues. */
export class Datagrams {
  readonly #queues = new Map<string, Set<string>>();
  readonly #clones = new Map<string, string>();

  /** inet_frag_queue_insert() */
  insert(queue: string, skb: string): void {
    this.#queues.set(queue, (this.#queues.get(queue) ?? new Set()).add(skb));
  }

  cloned(skb: string, from: string): void {
    this.#clones.set(from, skb);
  }

  /** skb_morph(): `into` was cloned before, and the clone takes its place in the queue; `from` is freed. */
  morphed(into: string, from: string): void {
    const clone = this.#clones.get(into);
    for (const queue of this.#queues.values()) {
      if (!queue.delete(into)) continue;
      queue.delete(from);
      if (clone !== undefined) queue.add(clone);
    }
  }

  /** Another skb has taken its data. */
  swallowed(skb: string): void {
    for (const queue of this.#queues.values()) queue.delete(skb);
  }

  /** Ends a queue; returns the skbs that are left in the list of the datagram's first one. */
  finished(queue: string, first: string): string[] {
    const left = [...(this.#queues.get(queue) ?? [])].filter((skb) => skb !== first);
    this.#queues.delete(queue);
    return left;
  }
}
