/** A server component, which searches, and the client component in it. */
import { searched } from '../tests/runtimes/bundlers/page/check.js';
import * as ruvector from '../tests/runtimes/bundlers/page/ruvector.js';
import Client from './client.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <Client onServer={await searched(ruvector)} />;
}
