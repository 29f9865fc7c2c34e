// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Makes untrusted text, such as a process' name, safe for one line on a terminal: control characters, which
 * could break the line or control the terminal, are escaped as in JSON.
 */
export const printable = (text: string): string => text.replace(CONTROL, escaped);

/** Like printable(), for text of several lines: newlines stay. */
export const printableLines = (text: string): string => text.replace(CONTROL_BUT_NEWLINE, escaped);

/** JSON without raw control characters, some of which JSON allows (U+007F to U+009F). */
export const printableJson = (value: string | object): string => printable(JSON.stringify(value));
