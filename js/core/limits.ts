/** The documented limits that the host enforces; src/base/limits.h has the core's. */
export const LIMITS = {
  dimensions: 8192,
  hammingBits: 65536,
  topK: 10_000,
  idBytes: 512,
  metadataBytes: 64_000,
  metadataDepth: 16,
  /** Entries of a JavaScript Map in every engine, 2^24 - 1; the ids are in one. */
  records: 16_777_215,
} as const;
