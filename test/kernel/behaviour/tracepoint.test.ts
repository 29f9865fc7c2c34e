// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The same tests as in the native tier, on the guest's kernel: `make test` runs them on two kernels, this machine's and one of a guest.
import '../../native/tracepoint.test.js';
