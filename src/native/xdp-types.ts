// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
export interface XdpAttachment {
  readonly ifname: string;
  readonly ifindex: number;
  /** inode of the device's network namespace */
  readonly netns: number;
  /** whether ipft is in this namespace, too */
  readonly isOwnNetns: boolean;
  readonly mode: 'native' | 'generic' | 'hardware';
  readonly programId: number;
  /** '': unknown */
  readonly program: string;
}

export interface XdpCounter {
  start(): void;
  read(): readonly XdpLoss[];
  close(): void;
}

/** Packets that were lost at a device for one cause. */
export interface XdpLoss {
  /** the one that reported them; '': several causes that could not be counted separately */
  readonly tracepoint: string;
  /** the value that it reported: an action, or -errno; 0: none */
  readonly value: number;
  /** '': no device was reported */
  readonly ifname: string;
  readonly ifindex: number;
  /** inode */
  readonly netns: number;
  readonly packets: number;
}
