// `npm run demo`: serves the demo page over what is built. With --weigh it says instead what a first
// visit costs, as Chromium asks for it.
//   npm run demo -- [--port N] [--weigh]
import { fileURLToPath } from 'node:url';
import { serve } from '../web-demo/server.mjs';
import { demoSite } from '../web-demo/site.mjs';
import { readArguments } from './arguments.mjs';
import { provision, root } from './setup.mjs';

const USAGE = `usage: npm run demo -- [--port N] [--weigh]
  --port N    port of the page (8080; another one if it is taken)
  --weigh     print the requests and bytes of a first visit, and end`;

/** Serves until Ctrl-C; on another port if that one is taken. */
export async function serveDemo(port) {
  const site = await demoSite(root);
  const server = await serve({ ...site, port }).catch((error) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    console.log(`Port ${port} cannot be had (${error.code}); taking a free one.`);
    return serve(site);
  });
  console.log(`The demo in the browser: ${server.url}  (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port, weigh } = readArguments(USAGE, {
    port: { type: 'string', default: '8080' },
    weigh: { type: 'boolean', default: false },
  });
  if (weigh) {
    Object.assign(process.env, provision('test'));
    const { weighDemo } = await import('./weigh-demo.mjs');
    await weighDemo(await demoSite(root));
  } else {
    await serveDemo(port);
  }
}
