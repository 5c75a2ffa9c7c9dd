import type { Host } from '../core/load.js';
import type { DatabaseInfo, StorageAdapter, WorkerLike } from './types.js';

/** What a database needs of its host, on a page and in a worker. */
export interface Places {
  readonly host: Host;
  /**
   * Opens a place by its scheme: `idb`, `opfs`, `file`; undefined where the host has none such. Each
   * shard of a database has a lock and a channel of its own.
   */
  storage(scheme: string, place: string, shard: number): Promise<StorageAdapter | undefined>;
  /** The place of `storage: 'auto'`, as `scheme:place`. */
  automatic(name: string): string;
}

/** What an entry of the package knows of its kind of host. */
export interface Platform extends Places {
  /** Databases that can be listed. */
  list(): Promise<DatabaseInfo[]>;
  /** Deletes a database by its name or its storage. */
  remove(name: string): Promise<void>;
  /** Which places of databases there were, where that outlives a database; none where nothing does. */
  readonly marks?: Marks;
  /** The package's own worker; undefined where the host has none. */
  worker(): Promise<WorkerLike | undefined>;
}

/** Remembers places, each as `scheme:place`. */
export interface Marks {
  has(place: string): boolean;
  add(place: string): void;
  delete(place: string): void;
}
