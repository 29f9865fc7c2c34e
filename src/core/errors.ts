// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Exit codes of ipft. A trace that ran and was ended by a signal or a closed pipe exits with `ok`. */
export const EXIT = {
  ok: 0,
  usage: 2,
  environment: 3,
  unsupported: 4,
  kernel: 5,
  extension: 6,
  loss: 7,
  budget: 8,
  bug: 70,
  notExecutable: 126,
  notFound: 127,
} as const;

/** Something ipft expects to go wrong: it is shown as a message and a remedy, without a stack. */
export abstract class IpftError extends Error {
  abstract readonly exitCode: number;

  /** @param remedy what the user can do about it; shown on a line of its own behind `Try: ` */
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
    this.name = new.target.name;
  }

  /** More lines about the cause, shown under the message; all of them if `verbose`. */
  abstract details(verbose: boolean): string[];
}

/** An error whose message says it all. */
abstract class PlainError extends IpftError {
  override details(): string[] {
    return [];
  }
}

/** A bad flag, value or regular expression. Exit code 2. */
export class UsageError extends PlainError {
  readonly exitCode = EXIT.usage;
}

/** The machine is not ready: privilege, lockdown, no BTF, a full disk. Exit code 3. */
export class EnvironmentError extends PlainError {
  readonly exitCode = EXIT.environment;

  /** @param mendable false if the machine must be booted differently before the remedy helps */
  constructor(
    message: string,
    remedy?: string,
    readonly mendable = true,
  ) {
    super(message, remedy);
  }
}

/** This kernel lacks what was asked for; the message lists what it has. Exit code 4. */
export class UnsupportedError extends PlainError {
  readonly exitCode = EXIT.unsupported;
}

/** What the addon puts on the errors it throws. */
export interface NativeFailure {
  /** errno by name, such as `EPERM` */
  code: string;
  errno: number;
  /** what was being done: `load`, `btf`, `perf buffer` ... */
  phase: string;
  /** the verifier's log */
  log?: string;
}

const LOG_LINES_SHOWN = 10;

/** libbpf, the verifier or the probe-keeper failed. Exit code 5. */
export class KernelError extends IpftError {
  readonly exitCode = EXIT.kernel;

  constructor(
    message: string,
    readonly failure?: NativeFailure,
    remedy?: string,
  ) {
    super(message, remedy);
  }

  override details(verbose: boolean): string[] {
    const lines = (this.failure?.log ?? '').split('\n').filter((line) => line.trim() !== '');
    if (verbose || lines.length <= LOG_LINES_SHOWN) return lines;
    const hint = `(${lines.length - LOG_LINES_SHOWN} more lines of the verifier's log with --verbose)`;
    return [...lines.slice(-LOG_LINES_SHOWN), hint];
  }
}

/** An extension is not what it must be, is refused by the verifier, or has thrown; the message names it. Exit code 6. */
export class ExtensionError extends IpftError {
  readonly exitCode = EXIT.extension;

  /**
   * @param lines what a compiler, the verifier or the extension's own stack says
   * @param all what they say if `verbose`
   */
  constructor(
    message: string,
    remedy?: string,
    private readonly lines: readonly string[] = [],
    private readonly all: readonly string[] = lines,
  ) {
    super(message, remedy);
  }

  override details(verbose: boolean): string[] {
    return [...(verbose ? this.all : this.lines)];
  }
}

/** `--fail-on-loss` is given, and something is missing from the results. Exit code 7. */
export class LossError extends PlainError {
  readonly exitCode = EXIT.loss;
}

/** The trace cost more than `--budget` allows, and has ended itself. Exit code 8. */
export class BudgetError extends PlainError {
  readonly exitCode = EXIT.budget;

  constructor(message: string) {
    super(message, 'fewer events (--regex, --sample, --max-rate), or a larger --budget');
  }
}

/** The command behind `--` cannot be started. Exit codes 126 and 127, as a shell's. */
export class CommandError extends PlainError {
  readonly exitCode: number;

  constructor(problem: 'not executable' | 'not found', message: string, remedy?: string) {
    super(message, remedy);
    this.exitCode = problem === 'not found' ? EXIT.notFound : EXIT.notExecutable;
  }
}

/** True for an error thrown by the addon, which carries errno, code and phase. */
export function isNativeFailure(error: unknown): error is Error & NativeFailure {
  return error instanceof Error && 'phase' in error && 'code' in error && 'errno' in error;
}

/** True for errors of Node's system calls, which carry `code` such as `EPIPE`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
