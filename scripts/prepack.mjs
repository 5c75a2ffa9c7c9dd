// `npm pack` needs no network and no tools, but it needs what `npm start` or `npm run build` made, to
// the last file.
import { existsSync } from 'node:fs';

if (!existsSync('dist/base64.js')) {
  console.error('npm pack: expected dist/, which is not built yet; run `npm run build` first');
  process.exit(1);
}
