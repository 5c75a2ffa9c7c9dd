// The suite in Firefox.
import { testIn } from './drive.mjs';
import { launchFirefox } from './firefox.mjs';

testIn('Firefox', launchFirefox);
