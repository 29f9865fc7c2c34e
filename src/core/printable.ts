// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Text from elsewhere, such as the name that a process has given itself, for a line that a terminal may show: control characters, which
 * could break the line or steer the terminal, as JSON writes them.
 */
export const printable = (text: string): string => text.replace(CONTROL, escaped);

/** The same for text that may have several lines. */
export const printableLines = (text: string): string => text.replace(CONTROL_BUT_NEWLINE, escaped);

/** JSON without control characters: JSON itself lets some of them be. */
export const printableJson = (value: string | object): string => printable(JSON.stringify(value));
