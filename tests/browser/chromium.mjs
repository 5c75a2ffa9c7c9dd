// Playwright opens Chromium: $CHROMIUM, or the one on PATH.
import { chromium } from 'playwright-core';
import { findBrowser } from './drive.mjs';

export const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

/** Also as root in a container; no requests of its own. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Headless, with a fresh profile. */
export function launchChromium(args = []) {
  return chromium.launch({
    executablePath: findBrowser('CHROMIUM', CHROMIUM_NAMES),
    headless: true,
    timeout: 180_000,
    args: [...CHROMIUM_ARGS, ...args],
  });
}
