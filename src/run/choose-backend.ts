import { backends } from '../backends/index.js';
import type { Backend, KernelProbes } from '../core/backend.js';
import { errnoName, UnsupportedError } from '../core/errors.js';

export interface Refusal {
  readonly backend: Backend;
  readonly errno: number;
}

export interface Choice {
  readonly backend: Backend;
  /** backends tried before, in order */
  readonly refused: readonly Refusal[];
}

const explain = ({ backend, errno }: Refusal): string =>
  `${backend.id} is refused with ${errnoName(errno)}, it needs ${backend.needs}`;

/** The first backend this kernel has, or the one that was asked for. */
export function chooseBackend(wanted: string, kernel: KernelProbes, tracefs: string): Choice {
  const candidates = [...backends.values()].filter(({ id }) => wanted === 'auto' || id === wanted);
  const refused: Refusal[] = [];
  for (const backend of candidates) {
    const errno = backend.probe(kernel, tracefs);
    if (errno === 0) return { backend, refused };
    refused.push({ backend, errno });
  }
  const available = [...backends.values()]
    .filter((backend) => !candidates.includes(backend) && backend.probe(kernel, tracefs) === 0)
    .map(({ id }) => id);
  throw unsupported(refused, available);
}

function unsupported(refused: readonly Refusal[], available: readonly string[]): UnsupportedError {
  const has = available.length === 0 ? 'no backend of ipft' : available.join(', ');
  const message = `${refused.map(explain).join('; ')}. This kernel has: ${has}`;
  const [first] = available;
  if (first !== undefined) return new UnsupportedError(message, `--backend ${first}, or leave --backend out`);
  return new UnsupportedError(message, 'a kernel with CONFIG_KPROBES=y that is not locked down');
}

/** A line for each backend that was refused, and one for the choice. */
export function explainChoice({ backend, refused }: Choice): string[] {
  return [
    ...refused.map((refusal) => `Backend ${explain(refusal)}`),
    `Backend ${backend.id}: ${backend.description}`,
  ];
}
