// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/**
 * What an extension in JavaScript or TypeScript is: `ipft -m MARK -e extension.ts`.
 *
 *     import { defineExtension } from 'ipft/extension';
 *     export default defineExtension({ name: 'mtu', fields: 'skb->dev->mtu' });
 */
import type { Extension } from './extension/public.js';

export type { Extension, ExtensionEvent, FieldValue } from './extension/public.js';

/** The extension as it is; for its types. */
export const defineExtension = (extension: Extension): Extension => extension;
