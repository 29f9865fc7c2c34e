// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Node.js module hooks: they let extensions be TypeScript, and import ipft/extension from anywhere. Those of register() run in a
 * thread of their own and may wait, those of registerHooks() (Node.js 22.15) do not, so these never wait themselves.
 */
import { readFileSync } from 'node:fs';
import type { LoadFnOutput, LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const TYPES = new URL('extension.js', import.meta.url).href;
const SUCRASE = fileURLToPath(new URL('sucrase.js', import.meta.url));

/** What the next hook answers, or a promise of it. */
type Next<Context, Output> = (value: string, context: Context) => Output | Promise<Output>;

export const resolve = (
  specifier: string,
  context: ResolveHookContext,
  next: Next<ResolveHookContext, ResolveFnOutput>,
): ResolveFnOutput | Promise<ResolveFnOutput> =>
  specifier === 'ipft/extension'
    ? { url: TYPES, format: 'module', shortCircuit: true }
    : next(specifier, context);

/** Removes the types from TypeScript, which Node.js 20 does not do by itself. */
export const load = (
  url: string,
  context: LoadHookContext,
  next: Next<LoadHookContext, LoadFnOutput>,
): LoadFnOutput | Promise<LoadFnOutput> => {
  if (!/\.m?ts$/.test(url)) return next(url, context);
  // Only where there is TypeScript: it takes longer to load than all else of an extension.
  const { transform } = require(SUCRASE) as typeof import('sucrase');
  const text = readFileSync(new URL(url), 'utf8');
  const filePath = fileURLToPath(url);
  const { code } = transform(text, { transforms: ['typescript'], disableESTransforms: true, filePath });
  return { format: 'module', source: code, shortCircuit: true };
};
