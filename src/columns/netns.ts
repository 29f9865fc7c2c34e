// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import { prefixed, type Column } from '../core/column.js';
import { integerReader, NOTHING, plainNumber, valueWhereThere, whereThere } from '../core/value.js';

const path = (name: string): Read => ({ kind: 'path', paths: [name] });
const OF_DEVICE = path('skb->dev->nd_net.net->ns.inum');
const OF_SOCKET = path('skb->sk->__sk_common.skc_net.net->ns.inum');

/** Inode of the network namespace: that of the device, or of the socket while the packet has no device. */
export const netns: Column = {
  id: 'netns',
  description: "network namespace, as an inode: the device's, or else the socket's",
  key: 'netns',
  header: 'netns',
  width: 0,
  reads: [OF_DEVICE, OF_SOCKET],
  bind: (context) => {
    const [device, socket] = [context.captured(OF_DEVICE), context.captured(OF_SOCKET)];
    const [ofDevice, ofSocket] = [plainNumber(device), plainNumber(socket)];
    const cell = (nothing: string) => {
      const otherwise = whereThere(socket, ofSocket, nothing);
      return whereThere(device, ofDevice, otherwise);
    };
    const value = valueWhereThere(device, integerReader(device));
    const otherwise = valueWhereThere(socket, integerReader(socket));
    return {
      text: cell(NOTHING),
      json: (prefix) => prefixed(prefix, cell('null')),
      value: (rows, at) => value(rows, at) ?? otherwise(rows, at),
    };
  },
};
