// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportLane } from '../../report/head.js';
import type { Step } from '../../ways/way.js';

/** Fields from which lanes are known, if they were recorded. */
export const DEVICE = 'ifname';
export const NAMESPACE = 'netns';

const SEPARATOR = '\n';

/** Finds the lane of each step of packets. */
export class Lanes {
  readonly #numbers = new Map<string, number>();
  readonly lanes: ReportLane[] = [];

  constructor(private readonly namespaceName: (inode: number) => string | null) {}

  /** Returns what finds the lanes of one packet's steps, in their order. */
  ofPacket(): (step: Step) => number {
    let namespace: string | null = null;
    return ({ crossing, fields }) => {
      if (crossing.entered_netns !== undefined)
        namespace = crossing.entered_netns_name ?? String(crossing.entered_netns);
      const inode = Number(fields[NAMESPACE]);
      if (inode > 0) namespace = this.namespaceName(inode) ?? String(inode);
      const device = fields[DEVICE];
      return this.#numberOf(namespace, typeof device === 'string' && isThere(device) ? device : null);
    };
  }

  #numberOf(namespace: string | null, device: string | null): number {
    const key = `${namespace ?? SEPARATOR}${SEPARATOR}${device ?? SEPARATOR}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.lanes.length;
    this.#numbers.set(key, number);
    this.lanes.push({ namespace, device });
    return number;
  }
}

/** Whether a field's text is a value. */
export const isThere = (text: string): boolean => text !== '' && text !== '-';
