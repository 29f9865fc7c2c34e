import { UsageError } from '../core/errors.js';
import type { Filter } from './filter.js';

/** The device that the packet is at. */
export const ifname: Filter = {
  id: 'ifname',
  value: 'name',
  description: 'packets at this network device',
  condition: (name) => {
    if (/^[^\s/"\\]{1,15}$/.test(name)) return `skb->dev->name == "${name}"`;
    throw new UsageError(`--ifname: '${name}' is no name of a network device`, '--ifname eth0');
  },
};
