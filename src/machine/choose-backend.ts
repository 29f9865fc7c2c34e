// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { constants } from 'node:os';
import { backends } from '../backends/index.js';
import type { Backend, KernelProbes } from '../core/backend.js';
import { errnoName } from '../core/errno.js';
import { UnsupportedError, UsageError, type EnvironmentError } from '../core/errors.js';
import type { Tracer } from '../core/tracer.js';
import type { Environment } from './environment.js';

const { EPERM, EACCES } = constants.errno;

/** A backend, with the reasons why it cannot be used; none if it can. */
export interface Answer {
  readonly backend: Backend;
  /** requirements that the machine does not meet */
  readonly problems: readonly EnvironmentError[];
  /** the errno with which the kernel refused, 0 if it supports the backend */
  readonly errno: number;
  /** number of selected functions if that exceeds the backend's limit, else 0 */
  readonly excess: number;
}

/** What the choice of a backend depends on. */
export interface Demand {
  /** Number of functions that the selection traces; called only for backends with a limit. */
  functions(): number;
  /** ignore limits */
  readonly force: boolean;
}

export interface Choice {
  readonly backend: Backend;
  /** backends that were tried before it, in order */
  readonly refused: readonly Answer[];
}

function excessOf({ limit = Infinity }: Backend, demand: Demand): number {
  if (demand.force || limit === Infinity) return 0;
  const count = demand.functions();
  return count > limit ? count : 0;
}

/** Checks whether machine and kernel support a backend, and the number of functions. */
export function ask(
  backend: Backend,
  kernel: KernelProbes,
  environment: Environment,
  demand: Demand,
): Answer {
  const problems = backend.requires
    .map((requirement) => environment.problem(requirement))
    .filter((problem) => problem !== null);
  const errno = kernel.probe(backend.programs, environment.tracefs ?? '');
  // Functions can be counted only if the requirements are met.
  const excess = problems.length === 0 && errno === 0 ? excessOf(backend, demand) : 0;
  return { backend, problems, errno, excess };
}

/** True if machine and kernel support it, whatever the number of functions. */
export const isAvailable = ({ problems, errno }: Answer): boolean => problems.length === 0 && errno === 0;

const isUsable = (answer: Answer): boolean => isAvailable(answer) && answer.excess === 0;

const refusedBy = ({ backend, errno, excess }: Answer): string =>
  excess === 0
    ? `${backend.id} is refused with ${errnoName(errno)}, it needs ${backend.needs}`
    : `${backend.id} is for at most ${backend.limit} functions, and ${excess} are selected`;

/** Why a backend cannot be used; reasons that lie in the machine come first. */
export function reasonsOf(answer: Answer): string[] {
  const { problems, errno, excess } = answer;
  const refused = errno !== 0 || excess !== 0;
  return [...problems.map(({ message }) => message), ...(refused ? [refusedBy(answer)] : [])];
}

/** The backends, adapted to the tracer, in order of preference. */
function backendsFor(tracer: Tracer): Backend[] {
  const all = [...backends.values()];
  if (!tracer.returns) return all;
  return all.flatMap((backend) =>
    backend.returns === undefined ? [] : [{ ...backend, ...backend.returns }],
  );
}

/** What the user requests. */
export interface BackendRequest extends Demand {
  /** id of a backend, or `auto` */
  readonly backend: string;
  readonly tracer: Tracer;
}

/** Returns the requested backend, or for `auto` the first usable one. */
export function chooseBackend(
  wanted: BackendRequest,
  kernel: KernelProbes,
  environment: Environment,
): Choice {
  const able = backendsFor(wanted.tracer);
  const isAuto = wanted.backend === 'auto';
  const candidates = able.filter(({ id }) => isAuto || id === wanted.backend);
  if (candidates.length === 0) throw blind(wanted, able);
  const refused: Answer[] = [];
  for (const backend of candidates) {
    // If a simple command would make functions available, do not fall back to tracepoints.
    const error = backend.table === 'tracepoints' ? mendable(refused) : undefined;
    if (error !== undefined) throw error;
    const answer = ask(backend, kernel, environment, wanted);
    if (isUsable(answer)) return { backend, refused };
    refused.push(answer);
  }
  throw (
    mendable(refused) ??
    obstacle(refused) ??
    excessive(refused) ??
    unsupported(refused, able, (backend) => isUsable(ask(backend, kernel, environment, wanted)))
  );
}

/** Error: the requested backend cannot trace returns. */
function blind({ backend, tracer }: BackendRequest, able: readonly Backend[]): UnsupportedError {
  const ids = able.map(({ id }) => id);
  return new UnsupportedError(
    `--tracer ${tracer.id}: backend ${backend} sees no returns; those that do are ${ids.join(', ')}`,
    'leave --backend out, or --tracer function',
  );
}

/** The only obstacle of a backend, if the user can remove it without a reboot. */
function mendable(refused: readonly Answer[]): EnvironmentError | undefined {
  const near = refused.find(
    ({ problems, errno, excess }) =>
      errno === 0 && excess === 0 && problems.every((problem) => problem.mendable),
  );
  return near?.problems[0];
}

/**
 * The obstacle, which needs a reboot, that keeps this machine from tracing functions: each backend that the kernel
 * has meets it, or is refused by the kernel.
 */
function obstacle(refused: readonly Answer[]): EnvironmentError | undefined {
  const there = refused.filter((answer) => !lacks(answer));
  const stops = (problem: EnvironmentError): boolean =>
    !problem.mendable && there.every(({ errno, problems }) => errno !== 0 || problems.includes(problem));
  return refused.flatMap(({ problems }) => problems).find(stops);
}

/** Why one of several cannot be used: what the kernel says, else what the machine lacks. */
const reasonOf = (answer: Answer): string =>
  answer.errno === 0 && answer.excess === 0
    ? `${answer.backend.id}: ${answer.problems.map(({ message }) => message).join('; ')}`
    : refusedBy(answer);

const FEWER = 'a narrower --regex, or --force';

/** Error for a backend that could be used for fewer functions. */
function excessive(refused: readonly Answer[]): UsageError | undefined {
  const answer = refused.find(({ excess }) => excess !== 0);
  if (answer === undefined) return undefined;
  return new UsageError(refusedBy(answer), `${FEWER}; for many functions: --backend kprobe-multi or kprobe`);
}

function unsupported(
  refused: readonly Answer[],
  able: readonly Backend[],
  usable: (backend: Backend) => boolean,
): UnsupportedError {
  const available = able.filter(usable).map(({ id }) => id);
  const has = available.length === 0 ? 'no backend of ipft' : available.join(', ');
  const message = `${refused.map(reasonOf).join('; ')}. This kernel has: ${has}`;
  const [first] = available;
  if (first !== undefined) return new UnsupportedError(message, `--backend ${first}, or leave --backend out`);
  return new UnsupportedError(message, 'a kernel with CONFIG_KPROBES=y that is not locked down');
}

/** One line for each refused backend with the reason, and one for the choice. */
function explainSteps({ backend, refused }: Choice): string[] {
  return [
    ...refused.map((answer) => `Backend ${answer.backend.id}: no, ${reasonsOf(answer).join('; ')}`),
    `Backend ${backend.id}: ${backend.description}`,
  ];
}

/**
 * True if the kernel was built without support; EPERM and EACCES come from kernels that have it, but are
 * locked down.
 */
export const lacks = ({ errno }: Answer): boolean => errno !== 0 && errno !== EPERM && errno !== EACCES;

/** Why functions cannot be traced: what the kernel lacks, or else what the machine forbids. */
export function whyNoFunctions({ refused }: Choice): { reason: string; remedy: string } {
  const error = obstacle(refused);
  if (error?.remedy !== undefined && !refused.every(lacks))
    return { reason: error.message, remedy: error.remedy };
  const few = excessive(refused) === undefined ? '' : `${FEWER}; or `;
  const reasons = [...refused.map(reasonOf), ...(error === undefined ? [] : [error.message])];
  const unlocked = error === undefined ? '' : ' that is not locked down';
  return { reason: reasons.join('; '), remedy: `${few}a kernel with CONFIG_KPROBES=y${unlocked}` };
}

/**
 * Tracepoints see far less than functions, so the user is told why functions are not available, and what
 * helps.
 */
function explainTracepoints(choice: Choice): string[] {
  const { reason, remedy } = whyNoFunctions(choice);
  return [
    `Backend ${choice.backend.id}: ${reason}; so only tracepoints are traced, not functions`,
    `  To trace functions: ${remedy}`,
  ];
}

/** Lines that explain the choice to the user. */
export function explainChoice(choice: Choice, verbose: boolean): string[] {
  const { backend, refused } = choice;
  if (verbose) return explainSteps(choice);
  if (refused.length === 0 || backend.fallsBackSilently === true) return [];
  return backend.table === 'tracepoints' ? explainTracepoints(choice) : explainSteps(choice);
}
