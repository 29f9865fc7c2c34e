import { backends } from '../backends/index.js';
import type { Backend, KernelProbes } from '../core/backend.js';
import { errnoName, UnsupportedError, type EnvironmentError } from '../core/errors.js';
import type { Environment } from './environment.js';

/** A backend with what speaks against it: nothing if it can be used. */
export interface Answer {
  readonly backend: Backend;
  /** what the machine does not offer */
  readonly problems: readonly EnvironmentError[];
  /** the errno with which the kernel refused, 0 if it did not, null if it could not be asked */
  readonly errno: number | null;
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
  `${backend.id} is refused with ${errnoName(errno ?? 0)}, it needs ${backend.needs}`;

/** Why a backend cannot be used, the machine's reasons first. */
export function reasonsOf(answer: Answer): string[] {
  const { problems, errno } = answer;
  const refused = errno !== null && errno !== 0;
  return [...problems.map(({ message }) => message), ...(refused ? [refusedBy(answer)] : [])];
}

/** The first backend that can be used here, or the one that was asked for. */
export function chooseBackend(wanted: string, kernel: KernelProbes, environment: Environment): Choice {
  const candidates = [...backends.values()].filter(({ id }) => wanted === 'auto' || id === wanted);
  const refused: Answer[] = [];
  for (const backend of candidates) {
    const answer = ask(backend, kernel, environment);
    if (isUsable(answer)) return { backend, refused };
    refused.push(answer);
  }
  throw mendable(refused) ?? unsupported(refused, kernel, environment);
}

/** What the user can do something about, and so is told first. */
export function mendable(refused: readonly Answer[]): EnvironmentError | undefined {
  return refused.flatMap(({ problems }) => problems)[0];
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

/** Tracepoints are far fewer than functions, so the user is told why there are no functions, and what helps. */
function explainTracepoints({ backend, refused }: Choice): string[] {
  const error = mendable(refused);
  const reason = error?.message ?? refused.map(refusedBy).join('; ');
  const lines = [`Backend ${backend.id}: ${reason}; so only tracepoints are traced, not functions`];
  if (error?.remedy !== undefined) lines.push(`  To trace functions: ${error.remedy}`);
  return lines;
}

/** What the user is to know about the choice, in lines. */
export function explainChoice(choice: Choice, verbose: boolean): string[] {
  const { backend, refused } = choice;
  if (verbose) return explainSteps(choice);
  if (refused.length === 0) return [];
  return backend.table === 'tracepoints' ? explainTracepoints(choice) : explainSteps(choice);
}
