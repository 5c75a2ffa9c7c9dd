// A stub of the network that MiniLM comes from, with a fake transformers.js.
import { readFileSync } from 'node:fs';

const FAKE = readFileSync(new URL('../support/fake-transformers.js', import.meta.url), 'utf8');

/** In the place of the hosts that MiniLM comes from; `hold` is waited for before the model comes. */
export function network({ hold } = {}) {
  const headers = { 'access-control-allow-origin': '*' };
  return (page) =>
    page.context().route(/^https:/, async (route) => {
      const { hostname } = new URL(route.request().url());
      if (hostname === 'cdn.jsdelivr.net')
        return route.fulfill({ headers, contentType: 'text/javascript', body: FAKE });
      await hold;
      return route.fulfill({ headers, body: Buffer.alloc(1000) }).catch(() => {}); // ended meanwhile
    });
}
