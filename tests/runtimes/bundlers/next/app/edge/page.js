/** A page made at the edge: by the entry of the condition `edge-light`, as Next.js bundles it. */
import { searched } from '../../tests/runtimes/bundlers/page/check.js';
import * as ruvector from '../../tests/runtimes/bundlers/page/ruvector.js';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export default async function Page() {
  return <pre>{JSON.stringify(await searched(ruvector))}</pre>;
}
