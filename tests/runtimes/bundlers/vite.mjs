// Vite, the two newest majors: the production build, and the development server.
import { join } from 'node:path';
import { emitted, weighEntries, writeEntries } from './support/entries.mjs';
import { importFrom, PAGE, project, withNodeEnv } from './support/project.mjs';
import { BOTH, outcome, visit, visitFolder } from './support/visit.mjs';

export const VERSIONS = ['8.3.8', '7.3.8'];
const QUIET = { configFile: false, logLevel: 'error' };

async function production(version, folder) {
  const vite = await importFrom(folder, 'vite');
  const root = join(folder, PAGE);
  const outDir = join(folder, 'out');
  await vite.build({ ...QUIET, root, build: { outDir } });
  await vite.build({
    ...QUIET,
    root: folder,
    build: {
      outDir: 'weighed',
      rollupOptions: {
        input: writeEntries(folder),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const said = await visitFolder(outDir, { browsers: BOTH });
  const weights = { emitted: emitted(outDir), entries: weighEntries(join(folder, 'weighed')) };
  return outcome({ version, said, weights });
}

/** Vite 7 moves the JavaScript of packages into one file and leaves other files where they are. */
const EXCLUDE = "optimizeDeps: { exclude: ['@ruvector/wasm'] } in vite.config.js";

async function development(version, folder) {
  const moves = version.startsWith('7.');
  const vite = await importFrom(folder, 'vite');
  const server = await vite.createServer({
    ...QUIET,
    root: join(folder, PAGE),
    server: { host: '127.0.0.1', port: 0 },
    ...(moves && { optimizeDeps: { exclude: ['@ruvector/wasm'] } }),
  });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    const said = await visit(`http://127.0.0.1:${port}/`);
    const { bytes: _, ...row } = outcome({ version, said, line: moves && EXCLUDE });
    return row;
  } finally {
    await server.close();
  }
}

export const rows = VERSIONS.flatMap((version) =>
  Object.entries({ production, development }).map(([mode, run]) => ({
    name: `vite-${version.split('.')[0]}-${mode}`,
    group: 'bundler',
    bounded: false,
    run({ tarball }) {
      const [major] = version.split('.');
      const folder = project({ name: `vite-${major}`, packages: { vite: version }, tarball });
      return withNodeEnv(mode, () => run(version, folder));
    },
  })),
);
