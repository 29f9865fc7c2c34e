// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { errnoName } from '../../../src/core/errno.js';
import { addon } from './addon.js';

/** Why this process cannot trace by raw tracepoints here, or null. */
export function refusal(): string | null {
  const errno = addon.probe('tracepoint', '');
  return errno === 0 ? null : `raw tracepoints are refused with ${errnoName(errno)}`;
}

interface Named {
  readonly id: number;
  readonly name?: string;
}

/** Every program, link and map in the kernel; ids are never used twice. */
export function bpfObjects(): string[] {
  return ['prog', 'link', 'map'].flatMap((kind) => {
    const shown = JSON.parse(execFileSync('bpftool', ['-j', kind], { encoding: 'utf8' })) as Named[];
    return shown.map(({ id, name }) => `${kind} ${id} ${name ?? ''}`);
  });
}
