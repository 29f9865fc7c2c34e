// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** A word of a command line as a shell takes it: what has other characters than plain ones is quoted. */
export const shellWord = (word: string): string =>
  /^[\w.,/:=@%+#-]+$/.test(word) && !word.startsWith('#') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
