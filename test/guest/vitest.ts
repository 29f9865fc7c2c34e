// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * What tests import as 'vitest' when they are bundled for a guest: the same runner and the same assertions (@vitest/runner,
 * @vitest/expect), without vitest's own process, module server and workers, which take an emulated guest 18 s to start.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  getState,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
  type ExpectStatic,
  type MatchersObject,
} from '@vitest/expect';
import { getCurrentTest, type Test } from '@vitest/runner';

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  test,
} from '@vitest/runner';
export type { TestContext } from '@vitest/runner';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

interface WithTest {
  withTest(test: Test): unknown;
}

/** As vitest's own: assertions know the test that makes them. */
function create(): ExpectStatic {
  const made = (value: unknown, message?: string): unknown => {
    setState({ assertionCalls: getState(expect).assertionCalls + 1 }, expect);
    const assertion = chai.expect(value, message);
    const test = getCurrentTest<Test | undefined>();
    return test === undefined ? assertion : (assertion as unknown as WithTest).withTest(test);
  };
  const globals = globalThis as unknown as Record<symbol, object>;
  return Object.assign(made, chai.expect, globals[ASYMMETRIC_MATCHERS_OBJECT]) as unknown as ExpectStatic;
}

export const expect = create();
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, writable: true, configurable: true });
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect);
(chai.expect as unknown as { extend(to: ExpectStatic, matchers: MatchersObject): void }).extend(
  expect,
  customMatchers as MatchersObject,
);
