// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Node.js module hooks, which run in their own thread: they let extensions be TypeScript, and import
 * ipft/extension from anywhere.
 */
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

const TYPES = new URL('extension.js', import.meta.url).href;

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'ipft/extension'
    ? { url: TYPES, format: 'module', shortCircuit: true }
    : next(specifier, context);

/** Removes the types from TypeScript, which Node.js 20 does not do by itself. */
export const load: LoadHook = async (url, context, next) => {
  if (!/\.m?ts$/.test(url)) return next(url, context);
  const { transform } = await import('sucrase');
  const text = await readFile(new URL(url), 'utf8');
  const filePath = fileURLToPath(url);
  const { code } = transform(text, { transforms: ['typescript'], disableESTransforms: true, filePath });
  return { format: 'module', source: code, shortCircuit: true };
};
