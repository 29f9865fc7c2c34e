// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { EnvironmentError, ExtensionError, isSystemError } from '../core/errors.js';
import { skeletonFolder } from '../core/skeletons.js';

const MAX_OBJECT = 64 * 1024 * 1024;
const LINES_SHOWN = 30;

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const PROCESSORS: Partial<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Where Debian has asm/types.h: clang does not search it for the target bpf. */
function hostIncludes(): string[] {
  const folder = `/usr/include/${PROCESSORS[process.arch] ?? process.arch}-linux-gnu`;
  return existsSync(folder) ? ['-idirafter', folder] : [];
}

const HEADERS = [
  ['bpf/', 'libbpf-dev'],
  ['linux/', 'linux-libc-dev'],
  ['asm/', 'linux-libc-dev'],
] as const;

/** The package with a header that the compiler did not find; undefined if unknown. */
function missingPackage(errors: string): string | undefined {
  const header = /'([^']+)' file not found/.exec(errors)?.[1] ?? '';
  return HEADERS.find(([prefix]) => header.startsWith(prefix))?.[1];
}

/**
 * Compiles a C file for BPF with clang, or with $CC, and with $CFLAGS. Throws an EnvironmentError if there is
 * no compiler, an ExtensionError with the compiler's output if it fails.
 */
export function compileModule(path: string): Uint8Array {
  const [compiler = 'clang', ...first] = words(process.env['CC'] ?? 'clang');
  const target = ['-target', 'bpf', '-mcpu=v2', '-O2', '-g', '-fno-color-diagnostics'];
  const own = words(process.env['CFLAGS'] ?? '');
  const includes = ['-I', skeletonFolder(), ...hostIncludes()];
  const run = spawnSync(compiler, [...first, ...target, ...includes, ...own, '-c', path, '-o', '-'], {
    maxBuffer: MAX_OBJECT,
  });
  if (run.error !== undefined) {
    const code = isSystemError(run.error) ? run.error.code : run.error.message;
    throw new EnvironmentError(
      `${path}: extensions in C take clang to compile, and ${compiler} does not start (${code})`,
      'apt install clang libbpf-dev, or compile it elsewhere and give ipft the .o',
    );
  }
  if (run.status === 0) return run.stdout;
  const errors = run.stderr.toString();
  const missing = missingPackage(errors);
  if (missing !== undefined)
    throw new EnvironmentError(
      `${path}: a header that it includes is not there: ${firstError(errors)}`,
      `apt install ${missing}`,
    );
  throw new ExtensionError(
    `${path} does not compile`,
    undefined,
    errors.trimEnd().split('\n').slice(0, LINES_SHOWN),
  );
}

const firstError = (errors: string): string =>
  errors.split('\n').find((line) => line.includes('error:')) ?? errors.trim();
