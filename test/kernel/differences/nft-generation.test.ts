// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Addon } from '../../../src/native/types.js';
import { Memory } from '../../../src/nft/memory.js';
import { Namespaces } from '../../../src/nft/namespaces.js';
import { loadAddon } from '../../support/home.js';
import { readText, run } from '../../support/kernel/system.js';

run('modprobe', 'nf_tables');

it.runIf(existsSync('/sys/kernel/btf/nf_tables'))(
  'finds where the kernel counts the changes of a ruleset, and the namespace (skipped on kernels without BTF of modules)',
  () => {
    const [, address = '0'] = /^(\w+) \S init_net$/m.exec(readText('/proc/kallsyms')) ?? [];
    const net = BigInt(`0x${address}`);
    const memory = new Memory(loadAddon() as Addon);
    try {
      const namespaces = new Namespaces(loadAddon() as Addon, memory);
      const before = namespaces.generation(net);
      run('nft', 'add', 'table', 'ip', 'another');
      run('nft', 'delete', 'table', 'ip', 'another');
      expect(before).toBeGreaterThan(0);
      expect(namespaces.generation(net)).toBe((before ?? 0) + 2);
      expect(namespaces.inode(net)).toBe(statSync('/proc/1/ns/net').ino);
    } finally {
      memory.close();
    }
  },
);
