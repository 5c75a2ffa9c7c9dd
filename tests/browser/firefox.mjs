// puppeteer-core opens Firefox, $FIREFOX or the one on PATH, over WebDriver BiDi.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { findBrowser } from './drive.mjs';

/** Headless, with a fresh profile, without requests of its own. */
export async function launchFirefox() {
  const executablePath = findBrowser('FIREFOX', ['firefox-esr', 'firefox']);
  // Firefox as root refuses the home of another user.
  const home = mkdtempSync(join(tmpdir(), 'ruvector-firefox-'));
  const removeHome = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      timeout: 30_000,
      env: { ...process.env, HOME: home },
      extraPrefsFirefox: {
        'app.update.enabled': false,
        'datareporting.policy.dataSubmissionEnabled': false,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      },
    });
    return {
      newPage: () => browser.newPage(),
      close: () => browser.close().finally(removeHome),
    };
  } catch (error) {
    removeHome();
    throw error;
  }
}
