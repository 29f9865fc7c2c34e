// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Chalk, supportsColor, supportsColorStderr, type ChalkInstance } from 'chalk';
import { PLAIN, type Palette } from '../core/line.js';

/**
 * Colours for a stream, or for a file instead of it: used on terminals unless NO_COLOR is set, elsewhere only
 * if FORCE_COLOR is set; FORCE_COLOR takes precedence.
 */
export function chalkFor(stream: 'stdout' | 'stderr', toFile = false): ChalkInstance {
  const detected = stream === 'stdout' ? supportsColor : supportsColorStderr;
  const level = detected === false ? 0 : detected.level;
  const forced = (process.env['FORCE_COLOR'] ?? '') !== '';
  const refused = (process.env['NO_COLOR'] ?? '') !== '';
  return new Chalk({ level: (refused || toFile) && !forced ? 0 : level });
}

/** Colours of results on stdout or in a file. */
export function resultPalette(toFile: boolean): Palette {
  const chalk = chalkFor('stdout', toFile);
  if (chalk.level === 0) return PLAIN;
  return {
    dim: (text) => chalk.dim(text),
    bold: (text) => chalk.bold(text),
    cyan: (text) => chalk.cyan(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
  };
}
