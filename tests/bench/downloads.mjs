// What a browser downloads for ours and for hnswlib-wasm. G14.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { report } from './goals.mjs';
import { installPeer } from './install.mjs';
import { peer } from './peers/hnswlib-wasm.mjs';
import { folderOf } from './peers/load.mjs';

const weight = (bytes) => gzipSync(bytes, { level: 9 }).length;

export async function downloads(_, results) {
  // Whichever wasm the host takes, it takes one: the larger counts.
  const builds = ['dist/ruvector.wasm', 'dist/ruvector.relaxed.wasm'].filter(existsSync);
  const wasm = Math.max(...builds.map((file) => weight(readFileSync(file))));
  const glue = weight(readFileSync('dist/core/glue.js'));
  const facade = weight(
    await bundled('{ createIndex }', './dist/index.js', ['./glue.js', '../inline.js']),
  );
  const own = wasm + glue + facade;
  const why = installPeer(peer);
  if (why) return report('G14', 'gzip -9', undefined, why);
  const folder = join(folderOf(peer), 'node_modules/hnswlib-wasm/dist');
  const theirs = weight(await bundled('*', join(folder, 'hnswlib.js'), []));
  const beside = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
  const sum =
    theirs + beside.reduce((total, file) => total + weight(readFileSync(join(folder, file))), 0);
  console.log(
    `\ndownload, gzip -9: wasm ${wasm} + glue ${glue} + facade ${facade} = ${own} bytes; hnswlib-wasm ${sum}`,
  );
  results.downloads = { wasm, glue, facade, hnswlibWasm: sum };
  report('G14', 'gzip -9', own / sum, `${own} / ${sum} bytes`);
}

/** The code that a production bundle gets. */
async function bundled(names, entry, external) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${names} from ${JSON.stringify(entry)};`,
      resolveDir: process.cwd(),
    },
    ...{ bundle: true, minify: true, format: 'esm', write: false, logLevel: 'silent' },
    external,
  });
  return outputFiles[0].contents;
}
