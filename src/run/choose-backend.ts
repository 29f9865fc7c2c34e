import { constants } from 'node:os';
import { backends } from '../backends/index.js';
import type { Backend, KernelProbes } from '../core/backend.js';
import { errnoName, UnsupportedError, type EnvironmentError } from '../core/errors.js';
import type { Environment } from './environment.js';

const { EPERM, EACCES } = constants.errno;

/** A backend with what speaks against it: nothing if it can be used. */
export interface Answer {
  readonly backend: Backend;
  /** what the machine does not offer */
  readonly problems: readonly EnvironmentError[];
  /** the errno with which the kernel refused, 0 if it did not */
  readonly errno: number;
}

export interface Choice {
  readonly backend: Backend;
  /** backends tried before, in order */
  readonly refused: readonly Answer[];
}

/** Asks machine and kernel whether a backend can be used here. */
export function ask(backend: Backend, kernel: KernelProbes, environment: Environment): Answer {
  const problems = backend.requires
    .map((requirement) => environment.problem(requirement))
    .filter((problem) => problem !== null);
  return { backend, problems, errno: backend.probe(kernel, environment.tracefs) };
}

export const isUsable = ({ problems, errno }: Answer): boolean => problems.length === 0 && errno === 0;

const refusedBy = ({ backend, errno }: Answer): string =>
  `${backend.id} is refused with ${errnoName(errno)}, it needs ${backend.needs}`;

/** Why a backend cannot be used, the machine's reasons first. */
export function reasonsOf(answer: Answer): string[] {
  const { problems, errno } = answer;
  const refused = errno !== 0;
  return [...problems.map(({ message }) => message), ...(refused ? [refusedBy(answer)] : [])];
}

/** The first backend that can be used here, or the one that was asked for. */
export function chooseBackend(wanted: string, kernel: KernelProbes, environment: Environment): Choice {
  const candidates = [...backends.values()].filter(({ id }) => wanted === 'auto' || id === wanted);
  const refused: Answer[] = [];
  for (const backend of candidates) {
    // A command away from functions, nobody wants to get tracepoints instead.
    const error = backend.table === 'tracepoints' ? mendable(refused) : undefined;
    if (error !== undefined) throw error;
    const answer = ask(backend, kernel, environment);
    if (isUsable(answer)) return { backend, refused };
    refused.push(answer);
  }
  throw mendable(refused) ?? obstacle(refused) ?? unsupported(refused, kernel, environment);
}

/** What alone keeps a backend from being used, and the user can mend at once. */
function mendable(refused: readonly Answer[]): EnvironmentError | undefined {
  const near = refused.find(
    ({ problems, errno }) => errno === 0 && problems.every((problem) => problem.mendable),
  );
  return near?.problems[0];
}

/** What keeps this machine, as it was booted, from tracing functions. */
function obstacle(refused: readonly Answer[]): EnvironmentError | undefined {
  return refused.flatMap(({ problems }) => problems).find((problem) => !problem.mendable);
}

function unsupported(
  refused: readonly Answer[],
  kernel: KernelProbes,
  environment: Environment,
): UnsupportedError {
  const available = [...backends.values()]
    .filter((backend) => isUsable(ask(backend, kernel, environment)))
    .map(({ id }) => id);
  const has = available.length === 0 ? 'no backend of ipft' : available.join(', ');
  const message = `${refused.map(refusedBy).join('; ')}. This kernel has: ${has}`;
  const [first] = available;
  if (first !== undefined) return new UnsupportedError(message, `--backend ${first}, or leave --backend out`);
  return new UnsupportedError(message, 'a kernel with CONFIG_KPROBES=y that is not locked down');
}

/** The reason for each backend that was refused, and the choice, a line each. */
function explainSteps({ backend, refused }: Choice): string[] {
  return [
    ...refused.map((answer) => `Backend ${answer.backend.id}: no, ${reasonsOf(answer).join('; ')}`),
    `Backend ${backend.id}: ${backend.description}`,
  ];
}

/** True if the kernel was built without it; EPERM and EACCES come from kernels that have it, but are locked down. */
export const lacks = ({ errno }: Answer): boolean => errno !== 0 && errno !== EPERM && errno !== EACCES;

/** Why there are no functions: what the kernel lacks, or else what the machine forbids. */
export function whyNoFunctions({ refused }: Choice): { reason: string; remedy: string } {
  const error = obstacle(refused);
  if (error?.remedy !== undefined && !refused.every(lacks))
    return { reason: error.message, remedy: error.remedy };
  const reasons = [...refused.map(refusedBy), ...(error === undefined ? [] : [error.message])];
  const unlocked = error === undefined ? '' : ' that is not locked down';
  return { reason: reasons.join('; '), remedy: `a kernel with CONFIG_KPROBES=y${unlocked}` };
}

/** Tracepoints are far fewer than functions, so the user is told why there are no functions, and what helps. */
function explainTracepoints(choice: Choice): string[] {
  const { reason, remedy } = whyNoFunctions(choice);
  return [
    `Backend ${choice.backend.id}: ${reason}; so only tracepoints are traced, not functions`,
    `  To trace functions: ${remedy}`,
  ];
}

/** What the user is to know about the choice, in lines. */
export function explainChoice(choice: Choice, verbose: boolean): string[] {
  const { backend, refused } = choice;
  if (verbose) return explainSteps(choice);
  if (refused.length === 0) return [];
  return backend.table === 'tracepoints' ? explainTracepoints(choice) : explainSteps(choice);
}
