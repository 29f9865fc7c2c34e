// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, UnsupportedError, UsageError } from '../../src/core/errors.js';
import { functionTracer } from '../../src/core/tracer.js';
import { chooseBackend, explainChoice, type Choice } from '../../src/machine/choose-backend.js';
import type { Environment } from '../../src/machine/environment.js';

const { EINVAL, EPERM } = constants.errno;
const IDS = ['fentry-multi', 'kprobe-multi', 'kprobe', 'fentry', 'tracepoint'];

/** A kernel that has these backends, and refuses the others with `errno`. */
function kernel(has: readonly string[], errno = EINVAL) {
  return { probe: (programs: string) => (has.includes(programs) ? 0 : errno) };
}

const READY: Environment = { tracefs: '/sys/kernel/tracing', problem: () => null };
const few = { functions: () => 64, force: false };
const many = { functions: () => 65, force: false };

const choose = (wanted: string, has: readonly string[], demand = few): Choice =>
  chooseBackend({ backend: wanted, tracer: functionTracer, ...demand }, kernel(has), READY);

describe('auto', () => {
  it('chooses the first backend that the kernel supports', () => {
    for (const [at, id] of IDS.entries()) {
      const { backend, refused } = choose('auto', IDS.slice(at));
      expect(backend.id).toBe(id);
      expect(refused.map(({ backend: { id: before } }) => before)).toEqual(IDS.slice(0, at));
    }
  });

  it('reports nothing in the usual case, and with -v the errno of each refused backend', () => {
    const choice = choose('auto', ['kprobe-multi']);
    expect(explainChoice(choice, false)).toEqual([]);
    expect(explainChoice(choice, true)).toEqual([
      'Backend fentry-multi: no, fentry-multi is refused with EINVAL, it needs Linux 7.2 on x86-64',
      expect.stringMatching(/^Backend kprobe-multi: /),
    ]);
    expect(explainChoice(choose('auto', ['kprobe']), false)).toHaveLength(3);
    expect(explainChoice(choose('auto', ['fentry']), false)).toHaveLength(4);
  });

  it('skips fentry if more functions are selected than its limit, and says so', () => {
    const choice = choose('auto', ['fentry', 'tracepoint'], many);
    expect(choice.backend.id).toBe('tracepoint');
    expect(explainChoice(choice, false).join('\n')).toMatch(
      /fentry is for at most 64 functions, and 65 are selected.*\n.*a narrower --regex, or --force/,
    );
    expect(choose('auto', ['fentry', 'tracepoint'], { ...many, force: true }).backend.id).toBe('fentry');
  });

  it('counts functions only for backends with a limit', () => {
    const functions = (): number => {
      throw new Error('counted');
    };
    expect(choose('auto', IDS, { functions, force: false }).backend.id).toBe('fentry-multi');
  });
});

describe('a backend by name', () => {
  it('fentry refuses too many functions, and suggests backends for many', () => {
    const error = failure(() => choose('fentry', IDS, many));
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toBe('fentry is for at most 64 functions, and 65 are selected');
    expect(error.remedy).toMatch(/narrower --regex, or --force.*kprobe-multi/);
    expect(choose('fentry', IDS, { ...many, force: true }).backend.id).toBe('fentry');
  });

  it('is an error if the kernel lacks it, which lists the backends that it has', () => {
    const error = failure(() => choose('fentry-multi', ['kprobe', 'fentry']));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toBe(
      'fentry-multi is refused with EINVAL, it needs Linux 7.2 on x86-64. This kernel has: kprobe, fentry',
    );
  });

  it('is an error on a locked-down kernel, which names the lockdown', () => {
    const lockdown = new EnvironmentError('the kernel is locked down', 'a boot without lockdown', false);
    const environment: Environment = { ...READY, problem: () => lockdown };
    const wanted = { backend: 'fentry', tracer: functionTracer, ...few };
    expect(failure(() => chooseBackend(wanted, kernel([], EPERM), environment))).toBe(lockdown);
  });
});

function failure(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
