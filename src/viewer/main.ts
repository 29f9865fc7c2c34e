// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { App } from './app.js';
import { showPage } from './data.js';
import { Report } from './report.js';

showPage((data) => new App(new Report(data)).parts);
