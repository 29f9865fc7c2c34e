// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** A name with what ends, begins or escapes something in one of the formats that exports write. */
export const HOSTILE =
  '</script><img src=x onerror=alert(1)>"\\\n\u001b[31m\u0085\u2028;`]})#quot;%%{init: {}}%% -->|';
