// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The same tests as in the native tier, on the guest's kernel: here and in guests.
import '../../native/tracepoint.test.js';
