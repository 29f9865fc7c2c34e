// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readlinkSync } from 'node:fs';
import { deviceNamesOf } from '../core/device-names.js';
import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';
import { ifThere, processFolders } from '../core/processes.js';

/** Names of the devices in this network namespace and in those of all processes. */
function deviceNames(): Set<string> {
  const names = new Set<string>();
  const known = new Set<string>();
  for (const folder of processFolders()) {
    const namespace = ifThere(() => readlinkSync(`${folder}/ns/net`));
    if (namespace === null || known.has(namespace)) continue;
    known.add(namespace);
    for (const name of ifThere(() => deviceNamesOf(folder)) ?? []) names.add(name);
  }
  return names;
}

/** Matches the name of the packet's device. */
export const ifname: Filter = {
  id: 'ifname',
  value: 'name',
  description: 'packets at this network device',
  condition: (name) => {
    if (/^[^\s/"\\]{1,15}$/.test(name)) return `skb->dev->name == "${name}"`;
    throw new UsageError(`--ifname: '${name}' is not a name of a network device`, '--ifname eth0');
  },
  missing: (name) =>
    deviceNames().has(name)
      ? null
      : {
          text: 'no network device is called so in a network namespace that a process is in',
          remedy: 'a name that `ip link show` lists, with `ip netns exec` of another namespace',
        },
};
