// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import module from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ExtensionError, IpftError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import type { Column } from '../core/column.js';
import { parseCondition } from '../core/condition.js';
import { printable } from '../core/printable.js';
import type { Extension as Script, FieldValue } from './public.js';
import { parseFields } from '../plan/parse-fields.js';
import { AddedMembers } from './added-members.js';
import { failure, guarded, rememberScript } from './failure.js';
import type { LoadedExtension } from './types.js';

const functions = ['onEvent', 'onPacket', 'format'] as const;
const MEMBERS: readonly string[] = ['name', 'fields', 'where', ...functions];

const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText));

/** Describes what is wrong with a module's export; null if it is valid. */
function problemOf(exported: unknown): string | null {
  if (typeof exported !== 'object' || exported === null) return 'it has no default export that is an object';
  const given = exported as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) return `'${unknown}' is unknown: an extension has ${MEMBERS.join(', ')}`;
  if (!isText(given['name']) || given['name'] === '') return 'its name must be a string';
  if (given['fields'] !== undefined && !isList(given['fields']))
    return 'its fields must be a string, or an array of strings';
  if (given['where'] !== undefined && !isText(given['where'])) return 'its where must be a string';
  const odd = functions.find((key) => given[key] !== undefined && typeof given[key] !== 'function');
  return odd === undefined ? null : `its ${odd} must be a function`;
}

/** Node.js 26 warns of register(); what replaces it came with Node.js 22.15. */
async function addHooks(): Promise<void> {
  const { registerHooks } = module as { registerHooks?: (hooks: object) => void };
  const { href } = pathToFileURL(join(packageRoot(), 'dist/extension-hooks.js'));
  if (registerHooks === undefined) module.register(href);
  else registerHooks((await import(href)) as object);
}

let hooks: Promise<void> | undefined;

async function importScript(path: string): Promise<unknown> {
  await (hooks ??= addHooks());
  const { href } = pathToFileURL(resolve(path));
  rememberScript(href, path);
  try {
    const script = (await import(href)) as { default?: unknown };
    return script.default;
  } catch (error) {
    throw failure(
      { name: path, call: 'loading it' },
      error instanceof Error ? String(error) : 'it threw',
      error,
    );
  }
}

/** Formats a value for people; undefined: the default format. */
type Format = (field: string, value: FieldValue) => string | undefined;

function formatOf(script: Script): Format {
  const { name } = script;
  return (field, value) => {
    if (script.format === undefined) return undefined;
    const doing = { name, call: `format('${field}')` };
    const shown: unknown = guarded(doing, () => script.format?.(field, value));
    if (shown === undefined || isText(shown)) return shown;
    throw failure(doing, `it must return a string or nothing, not ${typeof shown}`);
  };
}

/** The column, with the text of its values made by `format`. */
function formatted(column: Column, format: Format): Column {
  return {
    ...column,
    bind: (context) => {
      const bound = column.bind(context);
      return {
        ...bound,
        text: (rows, at, text) => {
          const shown = format(column.key, bound.value(rows, at) as FieldValue);
          if (shown === undefined) bound.text(rows, at, text);
          else text.string(printable(shown));
        },
      };
    },
  };
}

function columnsOf(script: Script, format: Format): Column[] {
  const { fields = '' } = script;
  const list = isText(fields) ? fields : fields.join(',');
  if (list === '') return [];
  const columns = parseFields(list);
  return script.format === undefined ? [...columns] : columns.map((column) => formatted(column, format));
}

/** Loads an extension in JavaScript or TypeScript. Throws an ExtensionError. */
export async function scriptExtension(path: string): Promise<LoadedExtension> {
  const exported = await importScript(path);
  const problem = guarded({ name: path, call: 'its default export' }, () => problemOf(exported));
  if (problem !== null)
    throw new ExtensionError(`extension ${path}: ${problem}`, 'ipft --gen js prints one that works');
  const script = exported as Script;
  const { name, where, onEvent, onPacket } = script;
  if (where !== undefined) inOwnWords(path, '--where', () => parseCondition(where));
  const format = formatOf(script);
  const added = onEvent === undefined ? null : new AddedMembers(path);
  return {
    name,
    path,
    isAlone: false,
    columns: [
      ...inOwnWords(path, '--fields', () => columnsOf(script, format)),
      ...(added === null ? [] : [added.column(name, format)]),
    ],
    reads: [],
    added,
    where,
    onEvent: onEvent && ((event) => onEvent.call(script, event)),
    onPacket: onPacket && ((events) => onPacket.call(script, events)),
  };
}

/**
 * Parses something that has the syntax of a command line flag; errors are reported as errors of the
 * extension.
 */
function inOwnWords<T>(path: string, flag: '--fields' | '--where', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof IpftError)) throw error;
    const problem = error.message.replace(flag, flag.slice('--'.length));
    throw new ExtensionError(`extension ${path}: ${problem}`, error.remedy);
  }
}
