import { testFiltersOnTraffic } from '../../support/numbered/tests.js';

testFiltersOnTraffic();
