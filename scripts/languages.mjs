// The tests of the clients in other languages (clients/), each where its tools are.
import { checkPythonClient } from './python-client.mjs';
import { checkRubyClient } from './ruby-client.mjs';

const CHECKS = [checkPythonClient, checkRubyClient];

/**
 * @param {{long?: boolean}} [options] `long`: the long form of the fault tests, and nothing else
 * @returns {{passed: number, failed: number, skipped: string[]}} `skipped`: with why
 */
export function checkLanguages(options = {}) {
  const results = CHECKS.map((check) => check(options));
  const sum = (count) => results.reduce((total, result) => total + result[count], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: results.flatMap(({ skipped }) => skipped) };
}
