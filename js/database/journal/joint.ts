import { corrupt, JOINT, keyOf } from './format.js';
import { PART_BYTES } from './manifest.js';
import { TORN, type Vault } from './vault.js';

/** What is stored of several shards together. */
export interface Joint {
  /** Whether all of them were made. */
  readonly isMade: boolean;
  /** A snapshot that all of them are to take: some may have, and the program died. */
  readonly contents: Uint8Array<ArrayBuffer> | undefined;
}

const MADE = { kind: JOINT, generation: 0, number: 0 } as const;

/** @throws STORAGE_CORRUPT where a part is missing, cut or changed */
export async function readJoint(vault: Vault): Promise<Joint> {
  const keys = await vault.list();
  const isMade = keys.includes(keyOf(MADE));
  const [, count] = keys.map((key) => /^joint-([1-9]\d*)-0$/.exec(key)).find((it) => it) ?? [];
  if (count === undefined) return { isMade, contents: undefined };
  const generation = Number(count);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let number = 0; number < generation; ++number) {
    const part = await vault.read({ kind: JOINT, generation, number });
    // The last one to be written broke off: there was none.
    if (part === TORN && number === 0) return { isMade, contents: undefined };
    if (part === undefined || part === TORN)
      throw corrupt(`part ${number} of the contents of all shards is missing`);
    parts.push(part.bytes);
  }
  return { isMade, contents: new Uint8Array(await new Blob(parts).arrayBuffer()) };
}

/** Stores what all shards are to take; without, that they were made, and have taken it. */
export async function writeJoint(
  vault: Vault,
  contents: Uint8Array<ArrayBuffer> | undefined,
): Promise<void> {
  const keys = await vault.list();
  const old = keys.filter((key) => /^joint-[1-9]/.test(key));
  // Without its part 0 the rest is nothing.
  old.sort((a, b) => Number(b.endsWith('-0')) - Number(a.endsWith('-0')));
  await vault.delete(old);
  if (contents === undefined) {
    if (!keys.includes(keyOf(MADE))) await vault.write(MADE, new Uint8Array());
    return;
  }
  const generation = Math.max(1, Math.ceil(contents.length / PART_BYTES));
  for (let number = generation - 1; number >= 0; --number) {
    const from = number * PART_BYTES;
    await vault.write(
      { kind: JOINT, generation, number },
      contents.subarray(from, from + PART_BYTES),
    );
  }
}
