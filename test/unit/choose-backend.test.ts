// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Requirement } from '../../src/core/backend.js';
import { EnvironmentError, UnsupportedError, UsageError } from '../../src/core/errors.js';
import { functionTracer } from '../../src/core/tracer.js';
import {
  chooseBackend,
  explainChoice,
  whyNoFunctions,
  type Choice,
} from '../../src/machine/choose-backend.js';
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

describe('what keeps all backends from being used', () => {
  const obstacle = new EnvironmentError('the kernel is locked down', 'a boot without lockdown', false);
  const auto = { backend: 'auto', tracer: functionTracer, ...few };

  /** With the obstacle for backends that need this, on a kernel that refuses each with its errno; 0: it has it. */
  const chosen = (requirement: Requirement, errnos: Partial<Record<string, number>>, rest: number) => {
    const probe = (programs: string) => errnos[programs] ?? rest;
    const problem = (asked: Requirement) => (asked === requirement ? obstacle : null);
    return () => chooseBackend(auto, { probe }, { ...READY, problem });
  };

  it('is told where the kernel lacks some of them, and refuses one without a reason of its own', () => {
    const errnos = { 'fentry-multi': EINVAL, 'kprobe-multi': 0, fentry: 0, kprobe: EPERM };
    expect(failure(chosen('function list', errnos, EINVAL))).toBe(obstacle);
  });

  it('is told where the kernel lacks each of them', () => {
    expect(failure(chosen('function list', {}, EINVAL))).toBe(obstacle);
    const { backend, refused } = chosen('function list', { tracepoint: 0 }, EINVAL)();
    expect(backend.id).toBe('tracepoint');
    expect(whyNoFunctions({ backend, refused })).toEqual({
      reason: expect.stringMatching(/^fentry-multi is refused .*; the kernel is locked down$/) as string,
      remedy: 'a kernel with CONFIG_KPROBES=y that is not locked down',
    });
  });

  it('is not what only some of them have: then all is told', () => {
    const problems: Partial<Record<Requirement, EnvironmentError>> = {
      'own BTF': obstacle,
      'kprobes switch': new EnvironmentError('kprobes are off for good', 'a boot with kprobes', false),
    };
    const environment: Environment = { ...READY, problem: (asked) => problems[asked] ?? null };
    const probe = (programs: string) => (programs === 'tracepoint' ? EINVAL : 0);
    const error = failure(() => chooseBackend(auto, { probe }, environment));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(/kprobe: kprobes are off for good; fentry: the kernel is locked down; /);
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
