// A search engine in a Durable Object: its index is in memory while it lives, and in its storage when
// it is evicted. `npm run edge` serves it here, `wrangler deploy` in this folder on the edge. It lets
// everybody in: what they may do is yours to check.
//   PUT  /docs/records  [{ id, vector, metadata }, ...]
//   POST /docs/query    { vector, topK, filter, ... }
// where `docs` is any name: each is an index, and an object, of its own.
import { DurableObject } from 'cloudflare:workers';
import { open, RuVectorError } from '@ruvector/wasm';
import { durableStorage } from './storage.js';

const DIMENSIONS = 3;

export class SearchIndex extends DurableObject {
  #db;

  constructor(ctx, env) {
    super(ctx, env);
    // Requests wait until what was stored is here again.
    ctx.blockConcurrencyWhile(async () => {
      const storage = durableStorage(ctx.storage);
      this.#db = await open('index', { dimensions: DIMENSIONS, storage, durability: 'strict' });
    });
  }

  async fetch(request) {
    const route = `${request.method} ${new URL(request.url).pathname.replace(/^\/[^/]+/, '')}`;
    try {
      if (route === 'PUT /records')
        return Response.json(await this.#db.upsert(await request.json()));
      if (route === 'POST /query') {
        const { vector, ...options } = Object(await request.json()); // null is JSON, too
        return Response.json(await this.#db.query(vector, options));
      }
      if (route === 'GET /stats') return Response.json(await this.#db.stats());
    } catch (error) {
      if (!(error instanceof RuVectorError || error instanceof SyntaxError)) throw error;
      return Response.json({ code: error.code, message: error.message }, { status: 400 });
    }
    return Response.json({ message: `no such route: ${route}` }, { status: 404 });
  }
}

export default {
  fetch(request, env) {
    const [, name] = new URL(request.url).pathname.split('/');
    return env.INDEX.get(env.INDEX.idFromName(name)).fetch(request);
  },
};
