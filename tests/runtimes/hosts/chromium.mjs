import { launchChromium } from '../../browser/chromium.mjs';
import { askIn, inPage, outcomeInBrowser } from '../browsers.mjs';

/** V8 does without WebAssembly's SIMD where the processor lacks SSE 4.1. */
const WITHOUT_SIMD = '--js-flags=--no-enable-sse4-1';

async function run(row) {
  const [browser, bare] = await Promise.all([launchChromium(), launchChromium([WITHOUT_SIMD])]);
  try {
    return await outcomeInBrowser(row, {
      version: browser.version(),
      expected: inPage,
      ask: askIn(browser),
      askWithoutSimd: askIn(bare),
    });
  } finally {
    await Promise.all([browser.close(), bare.close()]);
  }
}

export const rows = [{ name: 'chromium', group: 'host', bounded: true, run }];
