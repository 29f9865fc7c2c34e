// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ExtensionError, isNativeFailure } from '../core/errors.js';

const LINES_SHOWN = 10;

/** What libbpf puts around what the verifier says. */
const BEGIN = '-- BEGIN PROG LOAD LOG --';
const END = '-- END PROG LOAD LOG --';

/** What libbpf and the verifier say of every object, or of any refusal. */
const NO_REASON = /^processed \d+ insns|skipping unrecognized data section|^\s*$/;

/** The end of the verifier's log, which says why; where it has said nothing, the end of libbpf's. */
function lastLines(log: string): string[] {
  const begin = log.lastIndexOf(BEGIN);
  const said = begin < 0 ? log : log.slice(begin + BEGIN.length).split(END)[0];
  const lines = (said ?? '').split('\n').filter((line) => !NO_REASON.test(line));
  return lines.slice(-LINES_SHOWN);
}

/**
 * Loads the BPF programs with what the extension, if there is one, puts into them. Throws an ExtensionError if they are
 * refused because of that.
 */
export function loadedWith<T>(extension: { readonly name: string } | null, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (extension === null || !isNativeFailure(error) || error.phase !== 'extension') throw error;
    const { code, log = '' } = error;
    throw new ExtensionError(
      `extension ${extension.name}: module(): the BPF programs load without it, and with it are refused (${code})`,
      'what the lines above say; --verbose shows all of the log',
      lastLines(log),
      log.trimEnd().split('\n'),
    );
  }
}
