// The same promises as on the machine that runs the native tier, on the guest's kernel.
import '../../native/tracepoint.test.js';
