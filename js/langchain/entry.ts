export { RuVectorStore, type RuVectorStoreConfig } from './store.js';
