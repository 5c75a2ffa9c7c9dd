import { capabilitiesOf } from './core/capabilities.js';
import { type Host, latest } from './core/load.js';
import type { Database, DatabaseInfo, OpenOptions } from './database/types.js';
import { createIndexOn } from './index/create.js';
import { edgePlatform } from './platform-edge.js';
import type { Capabilities, Index, IndexOptions, Metadata } from './types.js';

/** The functions of an entry; js/index.ts and js/open-browser.ts say what each does. */
export interface Entry {
  createIndex<M extends object = Metadata>(options: IndexOptions): Promise<Index<M>>;
  capabilities(): Promise<Capabilities>;
  open<M extends object = Metadata>(name: string, options?: OpenOptions): Promise<Database<M>>;
  listDatabases(): Promise<DatabaseInfo[]>;
  deleteDatabase(name: string): Promise<void>;
}

/** The entry of a host at the edge. */
export function edgeEntry(host: Host): Entry {
  const platform = edgePlatform(host);
  return {
    createIndex: (options) => createIndexOn(host, options),
    async capabilities() {
      return capabilitiesOf(await latest(host), false, ['memory']);
    },
    async open(name, options) {
      const { openOn } = await import('./database/open.js');
      return openOn(platform, name, options);
    },
    listDatabases: platform.list,
    deleteDatabase: platform.remove,
  };
}
