// webpack 5 and Rspack, which is webpack to its users: production, and the development server.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitted, weighEntries, writeEntries } from './support/entries.mjs';
import { importFrom, PAGE, project } from './support/project.mjs';
import { BOTH, outcome, visit, visitFolder } from './support/visit.mjs';

export const BUNDLERS = [
  {
    name: 'webpack-5',
    version: '5.113.0',
    bundler: 'webpack',
    packages: { webpack: '5.113.0', 'webpack-dev-server': '6.1.0' },
    server: { name: 'webpack-dev-server', of: (module) => module.default },
  },
  {
    name: 'rspack-2',
    version: '2.3.3',
    bundler: '@rspack/core',
    packages: { '@rspack/core': '2.3.3', '@rspack/dev-server': '2.2.2' },
    server: { name: '@rspack/dev-server', of: (module) => module.RspackDevServer },
  },
];

async function production({ version, bundler }, folder) {
  const { default: webpack } = await importFrom(folder, bundler);
  const base = { mode: 'production', context: folder, performance: { hints: false } };
  const out = join(folder, 'out');
  const entry = `./${PAGE}/main.js`;
  await built(webpack({ ...base, entry, output: { path: out } }));
  copyFileSync(join(folder, PAGE, 'index.html'), join(out, 'index.html'));
  const weighed = join(folder, 'weighed');
  await built(
    webpack({
      ...base,
      entry: writeEntries(folder),
      output: { path: weighed },
    }),
  );
  const said = await visitFolder(out, { browsers: BOTH });
  const weights = { emitted: emitted(out), entries: weighEntries(weighed) };
  return outcome({ version, said, weights });
}

/** Warnings are what a user sees of a package that a bundler does not understand. */
export function built(compiler) {
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      const { errors = [], warnings = [] } =
        stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
      const said = [...errors, ...warnings].map(({ message }) => message);
      compiler.close(() => {
        if (error || said.length > 0) reject(error ?? new Error(said.join('\n')));
        else resolve();
      });
    });
  });
}

async function development({ version, bundler, server: { name, of } }, folder) {
  const { default: webpack } = await importFrom(folder, bundler);
  const Server = of(await importFrom(folder, name));
  const compiler = webpack({
    mode: 'development',
    context: folder,
    entry: `./${PAGE}/main.js`,
    infrastructureLogging: { level: 'error' },
    stats: 'errors-only',
  });
  const options = { host: '127.0.0.1', port: 'auto', static: join(folder, PAGE), open: false };
  const server = new Server(options, compiler);
  await server.start();
  try {
    const said = await visit(`http://127.0.0.1:${server.server.address().port}/`);
    const { bytes: _, ...row } = outcome({ version, said });
    return row;
  } finally {
    await server.stop();
  }
}

export const rows = BUNDLERS.flatMap((bundler) =>
  Object.entries({ production, development }).map(([mode, run]) => ({
    name: `${bundler.name}-${mode}`,
    group: 'bundler',
    bounded: false,
    run({ tarball }) {
      const { name, packages } = bundler;
      return run(bundler, project({ name, packages, tarball }));
    },
  })),
);
