// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../../core/column.js';
import { TextBuffer } from '../../core/text-buffer.js';

/** The same column with, as its value, the text that people see of it. */
export const asText = (column: Column): Column => ({
  ...column,
  ownNames: false,
  bind: (context) => {
    const { text, json, shown } = column.bind(context);
    const buffer = new TextBuffer();
    return {
      text,
      json,
      ...(shown === undefined ? {} : { shown }),
      value: (rows, at) => {
        text(rows, at, buffer);
        return buffer.cutString(0);
      },
    };
  },
});
