// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The same promises as on the machine that runs the native tier, on the guest's kernel.
import '../../native/tracepoint.test.js';
