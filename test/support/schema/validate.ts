// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

/** What is wrong with a value, in words; '' if nothing is. */
export type Validate = (value: unknown) => string;

/** Keywords whose members are names of keys, not keywords. */
const NAMES = ['properties', '$defs'];

/** The schema without room for keys that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([keyword, value]) => [
    keyword,
    NAMES.includes(keyword)
      ? Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, closed(each)]))
      : closed(value),
  ]);
  const of = Object.fromEntries(members) as Record<string, unknown>;
  return 'properties' in of ? { ...of, additionalProperties: false } : of;
}

function said({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`;
}

/** `isClosed`: keys that the schema does not name are wrong, too. */
export function validator(schema: object, { isClosed = false } = {}): Validate {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    (isClosed ? closed(schema) : schema) as object,
  );
  return (value) => {
    if (validate(value)) return '';
    return `${JSON.stringify(value)}: ${(validate.errors ?? []).map(said).join('; ')}`;
  };
}

/** The lines of a text, each as the value that it is. */
export const parsedLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
