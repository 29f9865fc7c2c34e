// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { parseCondition } from '../../src/core/condition.js';
import type { PidNamespace } from '../../src/core/process-id.js';
import { pid } from '../../src/filters/pid.js';

const condition = (value: string, namespace: PidNamespace | null): string =>
  pid.condition(value, { has: () => true, pidNamespace: () => namespace });

describe('--pid', () => {
  it('compares the global id in the initial pid namespace', () => {
    expect(condition('12', null)).toBe('task->tgid == 12');
    expect(condition('0', null)).toBe('task->tgid == 0');
  });

  it("compares the id in ipft's own pid namespace elsewhere, if the process has one", () => {
    const id = 'task->group_leader->thread_pid';
    const text = condition('12', { level: 2, inode: 4026532500 });
    expect(text.split(' && ')).toEqual([
      `${id}->level >= 2`,
      `${id}->numbers[2].ns->ns.inum == 4026532500`,
      `${id}->numbers[2].nr == 12`,
    ]);
    expect(() => parseCondition(text)).not.toThrow();
    expect(() => condition('0', { level: 1, inode: 1 })).toThrow(UsageError);
  });

  it('detects a missing process by its id in this namespace, whichever /proc is mounted', () => {
    expect(pid.missing?.(process.pid.toString())).toBeNull();
    expect(pid.missing?.('1')).toBeNull(); // which may not be ours
    expect(pid.missing?.('4194303')?.text).toBe('no process has this id');
  });

  it('reports the id of a thread as missing, and names its process', () => {
    const threads = readdirSync('/proc/self/task').filter((each) => Number(each) !== process.pid);
    expect(threads.length).toBeGreaterThan(0);
    expect(pid.missing?.(threads[0] ?? '')).toEqual({
      text: `it is a thread of process ${process.pid}`,
      remedy: `--pid ${process.pid}`,
    });
  });
});
