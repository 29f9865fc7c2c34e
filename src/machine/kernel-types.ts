// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { EnvironmentError, isNativeFailure, isSystemError, UsageError } from '../core/errors.js';
import { native } from '../native/call.js';
import type { Addon } from '../native/types.js';
import { buildIdOf, kernelBuildId } from './environment/build-id.js';

/** Where the kernel's types are read. */
export interface KernelTypes {
  /** of --btf; null: the kernel's own */
  readonly file: string | null;
  /**
   * false: a file stands for the kernel's own BTF, so nothing works for which the kernel itself must know types
   * or functions by their ids
   */
  readonly isOwn: boolean;
  /** how it is known that the file belongs to the running kernel; null: it need not */
  readonly match: string | null;
}

const KALLSYMS = '/proc/kallsyms';

/** The size of struct sk_buff, as the allocator has it; where that says so (SLUB). */
const SKB_SIZE = '/sys/kernel/slab/skbuff_head_cache/object_size';

/** BTF that was reduced to some types has fewer functions that take an skb. */
const LEAST_FUNCTIONS = 100;

/**
 * Share of the functions that take an skb which the kernel may lack. Of Linux 5.10, 6.1, 6.12 and 7.2 each has all of its
 * own, and lacks from 3 % on of those of another.
 */
const MOST_MISSING = 0.01;

const RIGHT_FILE = `the BTF of this very kernel, ${release()}: its vmlinux with BTF, or BTF alone; see docs/troubleshooting.md`;

const wrong = (file: string, why: string): EnvironmentError =>
  new EnvironmentError(`--btf ${file}: it belongs to another kernel: ${why}`, RIGHT_FILE);

/** How many bytes struct sk_buff has in the running kernel; null if it does not tell. */
function skbSize(): number | null {
  try {
    return Number(readFileSync(SKB_SIZE, 'utf8'));
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

/** Compares what is known of the running kernel without its BTF. */
function matchByNames(addon: Addon, file: string): string {
  const found = native('comparing --btf with the kernel', () => addon.readBtfMatch(KALLSYMS));
  if (found.functions < LEAST_FUNCTIONS)
    throw new UsageError(
      `--btf ${file}: it describes ${found.functions} functions that take an skb: it has been reduced, or is not that of a kernel`,
      RIGHT_FILE,
    );
  const size = skbSize();
  if (size !== null && size !== found.skbSize)
    throw wrong(file, `struct sk_buff has ${found.skbSize} bytes in it, and ${size} in the running kernel`);
  const { missing, functions } = found;
  if (missing.length > functions * MOST_MISSING)
    throw wrong(
      file,
      `${missing.length} of its ${functions} functions that take an skb are not in the running kernel, such as ${missing[0]}`,
    );
  const sized =
    size === null ? 'the kernel does not tell the size of struct sk_buff' : 'struct sk_buff is as large';
  return `${sized}, and the kernel has ${functions - missing.length} of the ${functions} functions that take an skb`;
}

/** The build id of the file, if it has one. */
function idOf(file: string): string | null {
  try {
    if (!statSync(file).isFile()) throw new UsageError(`--btf ${file}: it is not a regular file`, RIGHT_FILE);
    return buildIdOf(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`--btf ${file}: it cannot be read (${error.code})`, RIGHT_FILE);
  }
}

/** Has the addon read the file. Returns whether it is the kernel's own BTF. */
function take(addon: Addon, file: string): boolean {
  try {
    return addon.useBtf(file);
  } catch (error) {
    if (!isNativeFailure(error)) throw error;
    throw new UsageError(
      `--btf ${file}: there is no BTF in it, or it is damaged (${error.code})`,
      RIGHT_FILE,
    );
  }
}

function typesOf(addon: Addon, file: string): KernelTypes {
  const [id, kernel] = [idOf(file), kernelBuildId()];
  if (id !== null && kernel !== null && id !== kernel)
    throw wrong(file, `its build id is ${id}, and that of the running kernel ${kernel}`);
  if (take(addon, file)) return { file, isOwn: true, match: "it is the kernel's own" };
  if (id !== null && kernel !== null)
    return { file, isOwn: false, match: `its build id is the kernel's, ${id}` };
  return { file, isOwn: false, match: matchByNames(addon, file) };
}

/**
 * Has the addon take the kernel's types from a file, if one is given, else from the kernel. Throws a UsageError for a file that has none,
 * and an EnvironmentError for one of another kernel; the addon then has those of the kernel.
 */
export function useTypes(addon: Addon, file: string | undefined): KernelTypes {
  try {
    if (file !== undefined) return typesOf(addon, file);
  } catch (error) {
    addon.useBtf('');
    throw error;
  }
  addon.useBtf('');
  return { file: null, isOwn: true, match: null };
}
