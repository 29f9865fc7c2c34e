// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ExtensionError, isNativeFailure } from '../core/errors.js';

const LINES_SHOWN = 10;

/** The lines by which libbpf encloses the verifier's log. */
const BEGIN = '-- BEGIN PROG LOAD LOG --';
const END = '-- END PROG LOAD LOG --';

/** Lines of libbpf and the verifier that do not explain a refusal. */
const NO_REASON = /^processed \d+ insns|skipping unrecognized data section|^\s*$/;

/** The end of the verifier's log, which has the reason; if that log is empty, the end of libbpf's. */
function lastLines(log: string): string[] {
  const begin = log.lastIndexOf(BEGIN);
  const said = begin < 0 ? log : log.slice(begin + BEGIN.length).split(END)[0];
  const lines = (said ?? '').split('\n').filter((line) => !NO_REASON.test(line));
  return lines.slice(-LINES_SHOWN);
}

/**
 * Loads BPF programs that contain the extension, if there is one. Throws an ExtensionError if they are
 * refused because of it.
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
