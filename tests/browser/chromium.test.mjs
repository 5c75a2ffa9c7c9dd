// The suite in Chromium.
import { launchChromium } from './chromium.mjs';
import { testIn } from './drive.mjs';

testIn('Chromium', launchChromium);
