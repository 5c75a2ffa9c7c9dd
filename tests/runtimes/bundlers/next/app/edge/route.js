/** A route at the edge: the entry of the condition `edge-light`, as Next.js bundles it. */
import { searched } from '../../tests/runtimes/bundlers/page/check.js';
import * as ruvector from '../../tests/runtimes/bundlers/page/ruvector.js';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await searched(ruvector));
}
