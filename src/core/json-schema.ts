// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** JSON Schemas (draft 2020-12) that the compiler compares with the types of what they describe. */

declare const described: unique symbol;

/** A JSON Schema of exactly this type: not of one that is wider or narrower. */
export interface Schema<T> {
  readonly [keyword: string]: unknown;
  readonly [described]?: (value: T) => T;
}

export const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** `description`: what the value is, its unit above all. */
const typed = <T>(type: string | readonly string[], description?: string): Schema<T> => ({
  type,
  ...(description === undefined ? {} : { description }),
});

export const string = (description?: string): Schema<string> => typed('string', description);
export const boolean = (description?: string): Schema<boolean> => typed('boolean', description);
export const number = (description?: string): Schema<number> => typed('number', description);

/** A number without a fraction; JSON's may be larger than JavaScript's are exact. */
export const integer = <T extends number | bigint = number>(description?: string): Schema<T> =>
  typed('integer', description);

/** Digits of an integer that JavaScript's numbers may not hold. */
export const digits = (description: string): Schema<string> => ({
  ...string(description),
  pattern: '^-?[0-9]+$',
});

/** A number, a text, a boolean or null: what a path of the kernel's types, or a member of an extension, may be. */
export const scalar = <T>(description?: string): Schema<T> =>
  typed(['number', 'string', 'boolean', 'null'], description);

/** One of these texts: the compiler sees to it that none is left out. */
export const oneOf = <T extends string>(texts: Readonly<Record<T, true>>): Schema<T> => ({
  enum: Object.keys(texts),
});

export const array = <T>(items: Schema<T>): Schema<readonly T[]> => ({ type: 'array', items });

/** `schema`: of one type. */
export const orNull = <T>({ type, ...rest }: Schema<T>): Schema<T | null> =>
  ({ ...rest, type: [type, 'null'] }) as Schema<unknown> as Schema<T | null>;

type Members<T> = { readonly [Key in keyof T]-?: Schema<Exclude<T[Key], undefined>> };

/** An object with these members, those of `optional` not always; a later version may have more. */
export const object = <T>(members: Members<T>, optional: readonly (keyof T)[] = []): Schema<T> => ({
  type: 'object',
  properties: members,
  required: Object.keys(members).filter((key) => !(optional as readonly string[]).includes(key)),
});
