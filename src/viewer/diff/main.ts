// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DiffReport } from '../../ways/trace-comparison.js';
import { showPage } from '../data.js';
import { diffPage } from './page.js';

showPage((data) => diffPage(JSON.parse(new TextDecoder().decode(data)) as DiffReport));
