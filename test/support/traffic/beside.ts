// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Has a command run in a network namespace while `action` runs: from its first message on stderr until it is ended by SIGTERM. */
export async function beside<T>(
  netns: string,
  command: readonly string[],
  action: () => Promise<T>,
): Promise<T> {
  const child = spawn('ip', ['netns', 'exec', netns, ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  await once(child.stderr, 'data');
  try {
    return await action();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
