import { type Browser, chromium } from 'playwright-core';
import { personOptions } from '../../../scripts/chromium.mjs';

let launched: Promise<Browser> | undefined;

/**
 * One Chromium for all test files of a worker, which ends with it: launching one takes longer than many tests. What a test does is in a
 * context of its own, which it closes.
 */
export async function sharedChromium(): Promise<Browser> {
  launched ??= launch();
  return await launched;
}

async function launch(): Promise<Browser> {
  const browser = await chromium.launch(personOptions());
  // A test in which it crashes fails; the next file has a new one.
  browser.once('disconnected', () => {
    launched = undefined;
  });
  return browser;
}
