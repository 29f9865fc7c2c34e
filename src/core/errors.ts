// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Exit codes of ipft. A trace that ran and was ended by a signal or a closed pipe exits with `ok`. */
export const EXIT = {
  ok: 0,
  /** ipft diff --exit-code */
  differ: 1,
  usage: 2,
  environment: 3,
  unsupported: 4,
  kernel: 5,
  extension: 6,
  loss: 7,
  budget: 8,
  check: 9,
  bug: 70,
  notExecutable: 126,
  notFound: 127,
} as const;

/** An error that ipft anticipates: shown as a message and a remedy, without a stack trace. */
export abstract class IpftError extends Error {
  abstract readonly exitCode: number;

  /** @param remedy what the user can do about it; shown on a line of its own after `Try: ` */
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
    this.name = new.target.name;
  }

  /** More lines about the cause, shown below the message; with `verbose` without a limit. */
  abstract details(verbose: boolean): string[];
}

/**
 * True for these errors, also for those of dist/exports.js, which has classes of its own: `instanceof` tells one
 * copy of a class from another.
 */
export const isIpftError = (error: unknown): error is IpftError =>
  error instanceof Error && 'exitCode' in error && 'details' in error;

/** An error without further details. */
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

  /** @param mendable false if the machine must be rebooted differently before the remedy helps */
  constructor(
    message: string,
    remedy?: string,
    readonly mendable = true,
  ) {
    super(message, remedy);
  }
}

/** This kernel lacks what was asked for; the message lists what it offers. Exit code 4. */
export class UnsupportedError extends PlainError {
  readonly exitCode = EXIT.unsupported;
}

/** Properties of the errors that the addon throws. */
export interface NativeFailure {
  /** errno by name, such as `EPERM` */
  code: string;
  errno: number;
  /** the operation that failed: `load`, `btf`, `ring buffer` ... */
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

/** An extension is invalid, was refused by the verifier, or has thrown; the message names it. Exit code 6. */
export class ExtensionError extends IpftError {
  readonly exitCode = EXIT.extension;

  /**
   * @param lines output of a compiler or of the verifier, or the extension's stack trace
   * @param all the unabridged lines, shown if `verbose`
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

/** `--fail-on-loss` was given, and something is missing from the results. Exit code 7. */
export class LossError extends PlainError {
  readonly exitCode = EXIT.loss;
}

/** The trace cost more than `--budget` allows and was ended. Exit code 8. */
export class BudgetError extends PlainError {
  readonly exitCode = EXIT.budget;

  constructor(message: string) {
    super(message, 'fewer events (--regex, --sample, --max-rate), or a larger --budget');
  }
}

/** `--fail-on-check` was given, and a check has found something wrong. Exit code 9. */
export class CheckError extends PlainError {
  readonly exitCode = EXIT.check;
}

/** The command after `--` cannot be started. Exit codes 126 and 127, as in a shell. */
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
export function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
