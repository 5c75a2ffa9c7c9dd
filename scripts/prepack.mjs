// `npm pack` needs no network and no tools, but it needs what `npm start` or `npm run build` made.
import { existsSync } from 'node:fs';

if (!existsSync('dist/ruvector.wasm')) {
  console.error('npm pack: expected dist/, which is not built yet; run `npm run build` first');
  process.exit(1);
}
