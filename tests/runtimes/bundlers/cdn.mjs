// No bundler: a page imports the package from another origin, by the paths of jsDelivr and unpkg, without a
// policy and under one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../../../web-demo/server.mjs';
import { filesOf } from '../../support/tarball.mjs';
import { POLICY_LINE, policyFor, serveElsewhere } from './support/elsewhere.mjs';
import { fill, PAGE } from './support/project.mjs';
import { BOTH, outcome, visit } from './support/visit.mjs';

async function run({ tarball, home }, isStrict) {
  fill(home, tarball);
  const files = filesOf(tarball);
  const { name, version } = JSON.parse(files.get('package.json'));
  const prefix = `/npm/${name}@${version}/`;
  const cdn = await serveElsewhere((path) =>
    path.startsWith(prefix) ? files.get(path.slice(prefix.length)) : undefined,
  );
  const dist = `${cdn.origin}${prefix}dist/`;
  const programs = ['ruvector.js', 'rooms.js'].map((file) => {
    const program = readFileSync(join(home, PAGE, file), 'utf8')
      .replace(/'@ruvector\/wasm\/(\w+)'/g, `'${dist}$1/entry.js'`)
      .replace("'@ruvector/wasm'", `'${dist}index.js'`);
    return [`/${PAGE}/${file}`, program];
  });
  const server = await serve({
    mounts: [{ at: '/', folder: home, csp: isStrict ? policyFor(cdn.origin) : '' }],
    bytes: Object.fromEntries(programs),
  });
  try {
    const said = await visit(`${server.url}${PAGE}/`, BOTH);
    return outcome({ version, said, ...(isStrict && { line: POLICY_LINE }) });
  } finally {
    await Promise.all([server.close(), cdn.close()]);
  }
}

export const rows = Object.entries({ cdn: false, 'cdn-under-policy': true }).map(
  ([name, isStrict]) => ({
    name,
    group: 'bundler',
    bounded: false,
    run: (given) => run(given, isStrict),
  }),
);
