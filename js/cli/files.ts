import {
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RuVectorError } from '../node.js';
import { UsageError } from './arguments.js';

/**
 * Files and the two standard streams, which are called '-'. A program has one input and one output;
 * what it leaves open its end closes.
 */

/** Bytes that can be read anywhere. */
export interface Bytes {
  /** For messages. */
  readonly name: string;
  readonly size: number;
  /** Fresh bytes, all of them: callers keep within `size`. */
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
}

/** As they come, in pieces of any length. */
export function chunksOf(path: string): AsyncIterable<Uint8Array> {
  checkNoFolder(path);
  return path === '-' ? process.stdin : createReadStream(path);
}

/** A folder may be a database, which this program does not read. */
function checkNoFolder(path: string): void {
  if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Error(
    `EISDIR: ${path}: expected a file, got a folder. If it is a database, open() in a program reads it, ` +
      'and the bytes of its export() are a snapshot',
  );
}

export function nameOf(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** A file; pipes are read to their end first. */
export async function openBytes(path: string): Promise<Bytes> {
  const name = nameOf(path);
  if (path !== '-' && statSync(path).isFile()) {
    const file = openSync(path, 'r');
    return {
      name,
      size: fstatSync(file).size,
      read: (at, length) => readAll(name, file, at, length),
    };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(path)) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  return {
    name,
    size: all.length,
    read: (at, length) => Uint8Array.from(all.subarray(at, at + length)),
  };
}

/** What one call of the system reads or writes at most. */
const PIECE = 2 ** 30;

function readAll(name: string, file: number, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(file, bytes, done, Math.min(PIECE, length - done), at + done);
    if (read === 0)
      throw new RuVectorError(
        'FORMAT_CHECKSUM',
        `${name}: expected ${length} bytes at ${at}, got ${done}; was it cut off meanwhile?`,
      );
    done += read;
  }
  return bytes;
}

/** Bytes that are there when all are: `commit` puts them where they belong. */
export interface Output {
  readonly name: string;
  /** Bytes written so far. */
  readonly size: number;
  write(bytes: Uint8Array): void;
  commit(): Promise<void>;
  /** Leaves nothing behind; after `commit` it does nothing. */
  abort(): void;
}

/** @throws where something is there that `force` does not say to replace */
export function openOutput(path: string, force: boolean, text: boolean): Output {
  if (path !== '-') return fileOutput(path, force);
  if (process.stdout.isTTY && !text)
    throw new UsageError('expected stdout to be a file or a pipe, got a terminal');
  return streamOutput();
}

/** Written aside, then renamed; of a link, what it points to. */
function fileOutput(path: string, force: boolean): Output {
  checkFree(path, force);
  const target = behindLinks(path);
  const aside = `${target}.${process.pid}.tmp`;
  checkRoom(path, aside);
  let [file, size, isMade]: [number | undefined, number, boolean] = [undefined, 0, false];
  const opened = (): number => {
    file ??= openSync(aside, 'wx');
    isMade = true;
    return file;
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    name: path,
    get size() {
      return size;
    },
    write(bytes) {
      writeAll(opened(), bytes);
      size += bytes.length;
    },
    async commit() {
      fsyncSync(opened());
      close();
      checkFree(path, force);
      renameSync(aside, target);
    },
    abort() {
      close();
      if (isMade) rmSync(aside, { force: true });
    },
  };
}

function behindLinks(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  return behindLinks(resolve(realpathSync(dirname(path)), readlinkSync(path)));
}

/** That a file can be made there: better said before the work than after it. */
function checkRoom(path: string, aside: string): void {
  try {
    closeSync(openSync(aside, 'wx'));
    rmSync(aside);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`${code}: ${path}: expected a folder that a file can be made in`, { cause });
  }
}

function checkFree(path: string, force: boolean): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || (force && there.isFile())) return;
  throw new Error(
    there.isFile()
      ? `EEXIST: ${path}: expected no file there, or --force to replace it`
      : `EEXIST: ${path}: expected a file or nothing there, got something else`,
  );
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, Math.min(PIECE, bytes.length - done));
}

/** Kept until all is there. */
function streamOutput(): Output {
  const parts: Uint8Array[] = [];
  return {
    name: 'stdout',
    get size() {
      return parts.reduce((sum, { length }) => sum + length, 0);
    },
    write: (bytes) => void parts.push(bytes),
    async commit() {
      for (const part of parts)
        await new Promise<void>((resolve, reject) =>
          process.stdout.write(part, (error) => (error ? reject(error) : resolve())),
        );
    },
    abort() {},
  };
}
