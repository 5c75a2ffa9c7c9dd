export { RuVectorStore, type RuVectorStoreParams } from './store.js';
