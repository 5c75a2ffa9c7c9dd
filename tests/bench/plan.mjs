// What a run of the bench measures: the parts, and sizes by the flags of scripts/bench.mjs.
import { spawnSync } from 'node:child_process';
import { benefits } from './benefits.mjs';
import { cuts } from './cuts.mjs';
import { K, QUERIES, SEED } from './data.mjs';
import { databases } from './database.mjs';
import { downloads } from './downloads.mjs';
import { embedder } from './embedder.mjs';
import { flat } from './flat.mjs';
import { graphs } from './graphs.mjs';
import { node24 } from './install.mjs';
import { peers } from './peers.mjs';
import { plans } from './plans.mjs';
import { queryPlans } from './query-plans.mjs';
import { restore } from './restore.mjs';
import { shards } from './shards.mjs';
import { builds } from './side.mjs';
import { spikes } from './spikes.mjs';
import { spread } from './spread.mjs';

export const PARTS = {
  scans: { goals: ['G7', 'G8', 'G12'], run: flat },
  graphs: { goals: ['G1', 'G2', 'G3', 'G4', 'G5', 'G15'], run: graphs },
  snapshots: { goals: ['G11'], run: restore },
  downloads: { goals: ['G14'], run: downloads },
  peers: { goals: ['G13'], run: peers },
  databases: { goals: ['databases'], run: databases },
  shards: { goals: ['G6'], run: shards },
  cuts: { goals: ['cuts'], run: cuts, isNative: false },
  embedder: { goals: ['embedder'], run: embedder, isNative: false },
  plans: { goals: ['plans'], run: plans, isNative: false },
  benefits: { goals: ['benefits'], run: benefits, isNative: false },
  'query plans': { goals: ['plans'], run: queryPlans, isNative: false },
  spikes: { goals: ['spikes'], run: spikes, isNative: false },
  spread: { goals: ['spikes'], run: spread, isNative: false },
};

const SIZES = {
  quick: {
    turns: 3,
    ms: 20,
    generated: [['clustered', 5000, 128]],
    real: { most: 3000 },
    flat: [[10_000, 384]],
    spread: [5000],
    restore: [5000, 128],
    databases: { rows: 2000, dim: 128 },
    shards: ['clustered', 5000, 128],
    peers: { few: true, generated: [['clustered', 2000, 128]] },
  },
  standard: {
    turns: 5,
    ms: 60,
    generated: [
      ['clustered', 50_000, 128],
      ['clustered', 50_000, 384],
      ['isotropic', 10_000, 384],
    ],
    real: {},
    flat: [[100_000, 384]],
    spread: [10_000, 100_000],
    restore: [100_000, 384],
    databases: { rows: 50_000, dim: 384 },
    shards: ['clustered', 50_000, 384],
    peers: {
      real: { most: 20_000 },
      generated: [
        ['clustered', 10_000, 128],
        ['isotropic', 10_000, 384],
      ],
    },
  },
};
SIZES.full = {
  ...SIZES.standard,
  turns: 9,
  generated: [
    ...SIZES.standard.generated,
    ['clustered', 100_000, 384],
    ['isotropic', 100_000, 384],
    ['clustered', 100_000, 768],
  ],
  flat: [
    [10_000, 384],
    [100_000, 384],
    [100_000, 768],
  ],
  peers: { ...SIZES.standard.peers, all: true, real: {} },
};

export function makePlan(args) {
  const known = args.every((arg) => /^--(?:quick|full|only=\w+(?:,\w+)*)$/.test(arg));
  if (!known) {
    console.error(`expected --quick, --full or --only=G1,G2, got ${args.join(' ')}`);
    process.exit(2);
  }
  const name = ['quick', 'full'].find((size) => args.includes(`--${size}`)) ?? 'standard';
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice(7)
    .split(',');
  const wants = (goal) => only === undefined || only.includes(goal);
  const sizes = SIZES[name];
  const node = node24();
  if (node.path)
    node.version = spawnSync(node.path, ['--version'], { encoding: 'utf8' }).stdout.trim();
  return {
    ...sizes,
    // Only what the wanted goals are about.
    generated: ['G1', 'G2', 'G3', 'G5', 'G15'].some(wants) ? sizes.generated : [],
    real: ['G4', 'G5'].some(wants) ? sizes.real : undefined,
    wants,
    node24: node,
    builds: builds(node),
    about: {
      run: name,
      seed: SEED,
      k: K,
      M: 16,
      efConstruction: 200,
      turns: sizes.turns,
      queries: QUERIES,
    },
  };
}
