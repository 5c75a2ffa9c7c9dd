import { basename, extname } from 'node:path';
import { type Arguments, UsageError } from '../arguments.js';
import { readFvecs, writeFvecs } from './fvecs.js';
import { readHnswlib } from './hnswlib.js';
import { readNdjson, writeNdjson } from './ndjson.js';
import { readNpy, writeNpy } from './npy.js';
import { readRbpx } from './rbpx.js';
import { readRuvec1 } from './ruvec1.js';
import { readSnapshot } from './snapshot.js';
import type { ReadOptions, Source } from './source.js';
import type { Writer } from './writer.js';

export type FormatName = 'rv' | 'ndjson' | 'fvecs' | 'npy' | 'hnswlib' | 'rbpx' | 'ruvec1';

/** The formats by name: the endings that name them, who reads and who writes them. */
interface Format {
  readonly endings: readonly string[];
  readonly read: (path: string, options: ReadOptions) => Promise<Source>;
  /** The snapshot is not written record by record. */
  readonly write?: Writer;
}

export const FORMATS: { readonly [name in FormatName]: Format } = {
  rv: { endings: ['.rv'], read: readSnapshot },
  ndjson: { endings: ['.ndjson', '.jsonl'], read: readNdjson, write: writeNdjson },
  fvecs: { endings: ['.fvecs'], read: readFvecs, write: writeFvecs },
  npy: { endings: ['.npy'], read: readNpy, write: writeNpy },
  hnswlib: { endings: ['.bin'], read: readHnswlib },
  rbpx: { endings: ['.rbpx'], read: readRbpx },
  ruvec1: { endings: ['.ruvec1'], read: readRuvec1 },
};

export const INPUTS = Object.keys(FORMATS) as FormatName[];
export const OUTPUTS = ['rv', 'ndjson', 'fvecs', 'npy'] as const;

/** The format that an option names, or else the ending of the file; `otherwise` for '-'. */
export function formatOf<T extends FormatName>(
  args: Arguments,
  option: string,
  path: string,
  known: readonly T[],
  otherwise: T,
): T {
  const given = args.oneOf(option, known);
  if (given !== undefined) return given;
  if (path === '-') return otherwise;
  const ending = extname(path).toLowerCase();
  const found = known.find((name) => FORMATS[name].endings.includes(ending));
  if (found !== undefined) return found;
  const endings = known.flatMap((name) => FORMATS[name].endings).join(' ');
  throw new UsageError(
    `${basename(path)}: expected a name that ends in ${endings}, or --${option} to say what it is`,
  );
}
