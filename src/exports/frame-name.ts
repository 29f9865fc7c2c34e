// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { printable } from '../core/printable.js';
import type { Step } from '../ways/way.js';

const KERNEL = new Set(['', 'vmlinux']);

/** A function in a flame graph: `veth_xmit_[veth]` in a module, as the tools of flame graphs have it. */
export const frameName = ({ function: name, module }: Pick<Step, 'function' | 'module'>): string =>
  printable(KERNEL.has(module) ? name : `${name}_[${module}]`);
