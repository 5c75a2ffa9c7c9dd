// Databases in Firefox.
import { testDatabasesIn } from './database.mjs';
import { launchFirefox } from './firefox.mjs';

testDatabasesIn('Firefox', launchFirefox);
