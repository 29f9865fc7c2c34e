// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** JSON Schemas (draft 2020-12) that the compiler checks against the TypeScript types they describe. */

declare const described: unique symbol;

/** A JSON Schema for exactly this type, not for a wider or narrower one. */
export interface Schema<T> {
  readonly [keyword: string]: unknown;
  readonly [described]?: (value: T) => T;
}

export const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** `description`: what the value is, and its unit. */
const typed = <T>(type: string | readonly string[], description?: string): Schema<T> => ({
  type,
  ...(description === undefined ? {} : { description }),
});

export const string = (description?: string): Schema<string> => typed('string', description);
export const boolean = (description?: string): Schema<boolean> => typed('boolean', description);
export const number = (description?: string): Schema<number> => typed('number', description);

/** An integer; in JSON it may be larger than what a JavaScript number represents exactly. */
export const integer = <T extends number | bigint = number>(description?: string): Schema<T> =>
  typed('integer', description);

/** An integer as a string of digits, as it may exceed what a JavaScript number represents exactly. */
export const digits = (description: string): Schema<string> => ({
  ...string(description),
  pattern: '^-?[0-9]+$',
});

/**
 * A number, string, boolean or null: the value of a path of the kernel's types, or of an extension's member.
 */
export const scalar = <T>(description?: string): Schema<T> =>
  typed(['number', 'string', 'boolean', 'null'], description);

/** One of these strings; the type makes sure that none is left out. */
export const oneOf = <T extends string>(texts: Readonly<Record<T, true>>): Schema<T> => ({
  enum: Object.keys(texts),
});

export const array = <T>(items: Schema<T>): Schema<readonly T[]> => ({ type: 'array', items });

/** `schema` must have a single type. */
export const orNull = <T>({ type, ...rest }: Schema<T>): Schema<T | null> =>
  ({ ...rest, type: [type, 'null'] }) as Schema<unknown> as Schema<T | null>;

type Members<T> = { readonly [Key in keyof T]-?: Schema<Exclude<T[Key], undefined>> };

/** An object with these members; those in `optional` may be absent. Later versions may add members. */
export const object = <T>(members: Members<T>, optional: readonly (keyof T)[] = []): Schema<T> => ({
  type: 'object',
  properties: members,
  required: Object.keys(members).filter((key) => !(optional as readonly string[]).includes(key)),
});
