// Parcel, which follows a package's exports when it is told to.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CSP } from '../../../web-demo/server.mjs';
import { execute } from '../stage.mjs';
import { emitted, weighEntries, writeEntries } from './support/entries.mjs';
import { PAGE, project } from './support/project.mjs';
import { BOTH, outcome, visitFolder } from './support/visit.mjs';

const VERSION = '2.16.4';

const SETTING = { '@parcel/resolver-default': { packageExports: true } };

/** Its pages have an inline script, the map of its chunks. */
const POLICY = CSP.replace("script-src 'self'", "$& 'unsafe-inline'");

const LINE =
  `${JSON.stringify(SETTING).slice(1, -1)} in package.json; under a policy its import map, which is ` +
  "inline, needs 'unsafe-inline'";

async function run({ tarball, env }) {
  const folder = project({ name: 'parcel-2', packages: { parcel: VERSION }, tarball });
  const manifest = join(folder, 'package.json');
  const asInstalled = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(asInstalled), ...SETTING }));
  const build = async (files, to) => {
    const parcel = join(folder, 'node_modules/parcel/lib/bin.js');
    const args = [parcel, 'build', ...files, '--dist-dir', to, '--no-cache'];
    const { status, stdout, stderr } = await execute(process.execPath, args, { cwd: folder, env });
    if (status !== 0) throw new Error(`parcel build ended with ${status}: ${stderr || stdout}`);
    return join(folder, to);
  };
  try {
    const out = await build([`${PAGE}/index.html`], 'out');
    const weighed = await build(Object.values(writeEntries(folder)), 'weighed');
    return outcome({
      version: VERSION,
      said: await visitFolder(out, { browsers: BOTH, csp: POLICY }),
      line: LINE,
      weights: { emitted: emitted(out), entries: weighEntries(weighed) },
    });
  } finally {
    writeFileSync(manifest, asInstalled);
  }
}

export const rows = [{ name: 'parcel-2-production', group: 'bundler', bounded: false, run }];
