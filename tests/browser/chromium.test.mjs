// Playwright opens the suite in Chromium: $CHROMIUM, or the one on PATH.
import { launchChromium } from './chromium.mjs';
import { testIn } from './drive.mjs';

testIn('Chromium', launchChromium);
