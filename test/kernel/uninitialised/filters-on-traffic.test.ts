// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { testFiltersOnTraffic } from '../../support/numbered/tests.js';

testFiltersOnTraffic(16);
