// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Requirement, TableKind } from '../core/backend.js';
import type { EnvironmentError } from '../core/errors.js';
import { btfProblem, foreignBtfProblem } from './environment/btf.js';
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

/** `btf`: a file that stands for the kernel's own BTF, if there is one. */
export const typesProblem = (
  btf: string | undefined,
  read: ReadStart = readStart,
): EnvironmentError | null => (btf === undefined ? btfProblem(read) : null);

/** A requirement of all backends that this machine does not meet, or null. */
export function basicProblem(btf?: string, read: ReadStart = readStart): EnvironmentError | null {
  return privilegeProblem(read) ?? typesProblem(btf, read);
}

/** A requirement of --list that this machine does not meet, or null. */
export function listProblem(
  kind: TableKind,
  btf: string | undefined,
  read: ReadStart = readStart,
): EnvironmentError | null {
  return typesProblem(btf, read) ?? (kind === 'functions' ? addressesProblem(read) : null);
}

/** Returns an object that checks requirements, each once. `hasOwnBtf`: no file stands for the kernel's BTF. */
export function readEnvironment(hasOwnBtf: boolean, read: ReadStart = readStart): Environment {
  const tracefs = findTracefs(read);
  const known = new Map<Requirement, EnvironmentError | null>();
  const find: Record<Requirement, () => EnvironmentError | null> = {
    'function list': () => functionListProblem(read, tracefs),
    'kernel addresses': () => addressesProblem(read),
    'ftrace switch': () => ftraceOffProblem(read),
    'kprobes switch': () => kprobesOffProblem(read),
    'own BTF': () => (hasOwnBtf ? null : foreignBtfProblem()),
  };
  const problem = (requirement: Requirement): EnvironmentError | null => {
    const answer = known.get(requirement) ?? find[requirement]();
    known.set(requirement, answer);
    return answer;
  };
  return { tracefs, problem };
}
