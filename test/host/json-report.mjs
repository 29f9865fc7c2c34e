// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { JsonReporter } from 'vitest/reporters';

/** vitest's JSON report, and in `unhandledErrors` what it leaves out: how many errors came from no test. */
export default class JsonReport extends JsonReporter {
  #unhandled = 0;

  onTestRunEnd(modules, errors) {
    this.#unhandled = errors.length;
    return super.onTestRunEnd(modules);
  }

  writeReport(report) {
    return super.writeReport(JSON.stringify({ ...JSON.parse(report), unhandledErrors: this.#unhandled }));
  }
}
