// What bundlers make, on another origin than the page: Vite's `base` and webpack's `publicPath` on a CDN.
// Browsers make no worker of another origin's file, whose name only the bundler knows.
import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { serve } from '../../../web-demo/server.mjs';
import { POLICY_LINE, policyFor, serveElsewhere } from './support/elsewhere.mjs';
import { importFrom, PAGE, project, withNodeEnv } from './support/project.mjs';
import { BOTH, outcome, visit } from './support/visit.mjs';
import { VERSIONS as VITE } from './vite.mjs';
import { BUNDLERS, built } from './webpack.mjs';

const withVite = (version) => ({
  name: `vite-${version.split('.')[0]}`,
  version,
  packages: { vite: version },
  async build(folder, base, outDir) {
    const vite = await importFrom(folder, 'vite');
    const root = join(folder, PAGE);
    await withNodeEnv('production', () =>
      vite.build({ configFile: false, logLevel: 'error', root, base, build: { outDir } }),
    );
  },
});

const withWebpack = ({ name, version, bundler, packages }) => ({
  name,
  version,
  packages,
  async build(folder, publicPath, path) {
    const { default: webpack } = await importFrom(folder, bundler);
    const entry = `./${PAGE}/main.js`;
    const options = { mode: 'production', context: folder, performance: { hints: false } };
    await built(webpack({ ...options, entry, output: { path, publicPath } }));
    copyFileSync(join(folder, PAGE, 'index.html'), join(path, 'index.html'));
  },
});

async function run({ name, version, packages, build }, { tarball }) {
  const folder = project({ name, packages, tarball });
  const out = join(folder, 'out');
  const cdn = await serveElsewhere((path) => contents(out, path));
  try {
    await build(folder, `${cdn.origin}/`, out);
    // The page's own origin has no more than this.
    const has = (path) => ['index.html', 'main.js'].includes(path);
    const server = await serve({
      mounts: [{ at: '/', folder: out, has, csp: policyFor(cdn.origin) }],
    });
    const said = await visit(server.url, BOTH).finally(() => server.close());
    return outcome({ version, said, line: POLICY_LINE });
  } finally {
    await cdn.close();
  }
}

function contents(folder, path) {
  const file = resolve(folder, path.slice(1));
  if (!file.startsWith(folder + sep)) return undefined;
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const BUILDERS = [...VITE.map(withVite), ...BUNDLERS.map(withWebpack)];

export const rows = BUILDERS.map((builder) => ({
  name: `${builder.name}-assets-elsewhere`,
  group: 'bundler',
  bounded: false,
  run: (given) => run(builder, given),
}));
