// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { ifThere } from '../../filters/processes.js';
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
 * The options by which prlimit(1) gives a command the limits that the user's other commands have. To be called before ipft raises its
 * own. Node.js has raised the soft limit of open files by then, so that is the parent's, as far as the hard limit is.
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
