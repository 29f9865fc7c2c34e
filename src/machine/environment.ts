// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Requirement, TableKind } from '../core/backend.js';
import type { EnvironmentError } from '../core/errors.js';
import { btfProblem } from './environment/btf.js';
import { privilegeProblem } from './environment/capabilities.js';
import { addressesProblem } from './environment/kallsyms.js';
import { readStart, type ReadStart } from './environment/read-start.js';
import { ftraceOffProblem, kprobesOffProblem } from './environment/switches.js';
import { findTracefs, functionListProblem } from './environment/tracefs.js';

/** What this machine offers to backends. */
export interface Environment {
  /** where tracefs is mounted; null if it is not */
  readonly tracefs: string | null;
  /** why this machine does not meet a requirement; null if it does */
  problem(requirement: Requirement): EnvironmentError | null;
}

/** A requirement of all backends that this machine does not meet, or null. */
export function basicProblem(read: ReadStart = readStart): EnvironmentError | null {
  return privilegeProblem(read) ?? btfProblem(read);
}

/** A requirement of --list that this machine does not meet, or null. */
export function listProblem(kind: TableKind, read: ReadStart = readStart): EnvironmentError | null {
  return btfProblem(read) ?? (kind === 'functions' ? addressesProblem(read) : null);
}

/** A requirement of `ipft fields` that this machine does not meet, or null. */
export const fieldsProblem = (read: ReadStart = readStart): EnvironmentError | null => btfProblem(read);

/** Returns an object that checks requirements, each once. */
export function readEnvironment(read: ReadStart = readStart): Environment {
  const tracefs = findTracefs(read);
  const known = new Map<Requirement, EnvironmentError | null>();
  const find: Record<Requirement, () => EnvironmentError | null> = {
    'function list': () => functionListProblem(read, tracefs),
    'kernel addresses': () => addressesProblem(read),
    'ftrace switch': () => ftraceOffProblem(read),
    'kprobes switch': () => kprobesOffProblem(read),
  };
  const problem = (requirement: Requirement): EnvironmentError | null => {
    const answer = known.get(requirement) ?? find[requirement]();
    known.set(requirement, answer);
    return answer;
  };
  return { tracefs, problem };
}
