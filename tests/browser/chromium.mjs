// Playwright opens Chromium: $CHROMIUM, or the one on PATH.
import { chromium } from 'playwright-core';
import { findBrowser } from './drive.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Headless, with a fresh profile, without requests of its own; also as root in a container. */
export function launchChromium() {
  return chromium.launch({
    executablePath: findBrowser('CHROMIUM', NAMES),
    headless: true,
    timeout: 30_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
