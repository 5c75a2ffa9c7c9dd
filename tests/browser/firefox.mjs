// puppeteer-core opens Firefox, $FIREFOX or the one on PATH, over WebDriver BiDi.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { findBrowser } from './drive.mjs';

export const FIREFOX_NAMES = ['firefox-esr', 'firefox'];

/** No requests of its own. */
export const FIREFOX_PREFS = {
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

/** Headless, with a fresh profile. */
export async function launchFirefox() {
  const executablePath = findBrowser('FIREFOX', FIREFOX_NAMES);
  // Firefox as root refuses the home of another user.
  const home = mkdtempSync(join(tmpdir(), 'ruvector-firefox-'));
  const removeHome = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      timeout: 180_000,
      protocolTimeout: 1_500_000, // the tests have guards of their own
      env: { ...process.env, HOME: home },
      extraPrefsFirefox: FIREFOX_PREFS,
    });
    return {
      version: () => browser.version(),
      newPage: () => browser.newPage(),
      close: () => browser.close().finally(removeHome),
    };
  } catch (error) {
    removeHome();
    throw error;
  }
}
