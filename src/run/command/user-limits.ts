// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { ifThere } from '../../core/processes.js';
import { processFile } from '../../core/process-file.js';

interface Limit {
  readonly soft: string;
  readonly hard: string;
}

function readLimit(limits: string | null, name: string): Limit | null {
  const [, soft, hard] = new RegExp(`^${name} +(\\w+) +(\\w+)`, 'm').exec(limits ?? '') ?? [];
  return soft === undefined || hard === undefined ? null : { soft, hard };
}

const ownLimits = (): string | null => ifThere(() => readFileSync('/proc/self/limits', 'latin1'));

/**
 * Options of prlimit(1) that give a command the user's usual limits. Call it before ipft raises its own.
 * Node.js has already raised the soft limit of open files by then, so that one is taken from the parent, up
 * to the hard limit.
 */
export function userLimits(): string[] {
  const limits = ownLimits();
  const own = {
    nofile: readLimit(limits, 'Max open files'),
    memlock: readLimit(limits, 'Max locked memory'),
  };
  const parent = readLimit(processFile(process.ppid, 'limits'), 'Max open files');
  const nofile = parent !== null && parent.hard === own.nofile?.hard ? parent : own.nofile;
  return Object.entries({ nofile, memlock: own.memlock }).flatMap(([name, limit]) =>
    limit === null ? [] : [`--${name}=${limit.soft}:${limit.hard}`],
  );
}
