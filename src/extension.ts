// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * Types for extensions in JavaScript or TypeScript (`ipft -m MARK -e extension.ts`).
 *
 *     import { defineExtension } from 'ipft/extension';
 *     export default defineExtension({ name: 'mtu', fields: 'skb->dev->mtu' });
 */
import type { Extension } from './extension/public.js';

export type { Extension, ExtensionEvent, FieldValue } from './extension/public.js';

/** Returns the extension unchanged; gives editors and the compiler its type. */
export const defineExtension = (extension: Extension): Extension => extension;
