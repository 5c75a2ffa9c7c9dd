// The storage of examples/edge, as calls over HTTP: in a Durable Object, where it can be tried.
import { DurableObject } from 'cloudflare:workers';
import { durableStorage } from '../../examples/edge/storage.js';

export class Storage extends DurableObject {
  #storage = durableStorage(this.ctx.storage);

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const keys = searchParams.getAll('key');
    switch (pathname) {
      case '/read': {
        const value = await this.#storage.read(keys[0]);
        return new Response(value ?? null, { status: value ? 200 : 404 });
      }
      case '/write':
        await this.#storage.write(keys[0], new Uint8Array(await request.arrayBuffer()));
        return new Response();
      case '/delete':
        await this.#storage.delete(keys);
        return new Response();
      case '/list':
        return Response.json(await this.#storage.list());
    }
  }
}

export default {
  fetch: (request, env) => env.INDEX.get(env.INDEX.idFromName('one')).fetch(request),
};
