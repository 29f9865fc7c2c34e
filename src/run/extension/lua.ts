import type { Extension } from './types.js';

export function luaExtension(path: string): Extension {
  throw new Error(path);
}
