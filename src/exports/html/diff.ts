// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DiffReport } from '../../ways/trace-comparison.js';
import { page } from './page.js';

/** A page that shows what two traces, or two packets, differ in. */
export const diffHtml = (report: DiffReport): string => page('diff', Buffer.from(JSON.stringify(report)));
