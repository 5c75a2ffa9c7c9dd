import { searched } from '../../tests/runtimes/bundlers/page/check.js';
import * as ruvector from '../../tests/runtimes/bundlers/page/ruvector.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await searched(ruvector));
}
