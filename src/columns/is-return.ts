import type { Column } from '../core/column.js';

/** Whether the event is a return. Entries are all that is traced, so it is always false. */
export const isReturn: Column = {
  id: 'is-return',
  key: 'is_return',
  header: 'RETURN',
  width: 5,
  bind: () => ({ text: () => 'false', json: (prefix) => () => `${prefix}false` }),
};
