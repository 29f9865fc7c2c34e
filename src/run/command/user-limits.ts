import { readFileSync } from 'node:fs';

interface Limit {
  readonly soft: string;
  readonly hard: string;
}

function readLimit(pid: number | 'self', name: string): Limit | null {
  try {
    const line = new RegExp(`^${name} +(\\w+) +(\\w+)`, 'm').exec(
      readFileSync(`/proc/${pid}/limits`, 'latin1'),
    );
    const [, soft, hard] = line ?? [];
    return soft === undefined || hard === undefined ? null : { soft, hard };
  } catch {
    return null;
  }
}

/**
 * The options by which prlimit(1) gives a command the limits that the user's other commands have. To be called before ipft raises its
 * own. Node.js has raised the soft limit of open files by then, so that is the parent's, as far as the hard limit is.
 */
export function userLimits(): string[] {
  const own = {
    nofile: readLimit('self', 'Max open files'),
    memlock: readLimit('self', 'Max locked memory'),
  };
  const parent = readLimit(process.ppid, 'Max open files');
  const nofile = parent !== null && parent.hard === own.nofile?.hard ? parent : own.nofile;
  return Object.entries({ nofile, memlock: own.memlock }).flatMap(([name, limit]) =>
    limit === null ? [] : [`--${name}=${limit.soft}:${limit.hard}`],
  );
}
