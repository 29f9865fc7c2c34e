// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a made-up kernel tells about itself, as lines of its files; what is left out does not exist. */
export interface KernelFiles {
  readonly kallsyms: readonly string[];
  /** of available_filter_functions; by default what traceableAddresses names */
  readonly traceable?: readonly string[];
  /** of available_filter_functions_addrs */
  readonly traceableAddresses?: readonly string[];
  readonly blacklist?: readonly string[];
  /** of /proc/modules */
  readonly modules?: readonly string[];
  /** in place of native/symbols/known_functions.inc */
  readonly knownFunctions?: string;
}

export interface Sources {
  readonly tracefs: string;
  readonly kallsyms: string;
  readonly blacklist: string;
  readonly modules: string;
  readonly knownFunctions: string;
}

/** Writes a kernel made of files. */
export function writeKernel(folder: string, files: KernelFiles): Sources {
  const write = (name: string, lines: readonly string[] | undefined): string => {
    const path = join(folder, name);
    rmSync(path, { force: true });
    if (lines !== undefined) writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  };
  const tracefs = join(folder, 'tracefs');
  mkdirSync(tracefs, { recursive: true });
  const names = files.traceableAddresses?.map((line) => line.slice(line.indexOf(' ') + 1));
  write('tracefs/available_filter_functions', files.traceable ?? names);
  write('tracefs/available_filter_functions_addrs', files.traceableAddresses);
  return {
    tracefs,
    kallsyms: write('kallsyms', files.kallsyms),
    blacklist: write('blacklist', files.blacklist),
    modules: write('modules-loaded', files.modules),
    knownFunctions: files.knownFunctions ?? '',
  };
}
