/** Stable names of everything that can go wrong; `error.code` is one of these. */
export type ErrorCode =
  | 'WASM_LOAD_FAILED'
  | 'WASM_UNSUPPORTED'
  | 'INVALID_ARGUMENT'
  | 'INVALID_VECTOR'
  | 'DIMENSION_MISMATCH'
  | 'MODEL_MISMATCH'
  | 'METRIC_MISMATCH'
  | 'INVALID_FILTER'
  | 'INVALID_GRAPH'
  | 'DUPLICATE_ID'
  | 'NOT_FOUND'
  | 'CLOSED'
  | 'READ_ONLY'
  | 'OUT_OF_MEMORY'
  | 'LIMIT_EXCEEDED'
  | 'STORAGE_UNAVAILABLE'
  | 'STORAGE_BLOCKED'
  | 'QUOTA_EXCEEDED'
  | 'STORAGE_CORRUPT'
  | 'STORAGE_EVICTED'
  | 'FORMAT_VERSION'
  | 'FORMAT_CHECKSUM'
  | 'DECRYPT_FAILED'
  | 'WORKER_FAILED'
  | 'INTEGRITY_FROZEN';

/** Facts about an error, as plain JSON; which ones depends on the code. */
export type ErrorDetails = { readonly [key: string]: string | number | boolean };

/**
 * Every error this package throws. The message says what was expected, what came, and what to do;
 * `code` is what programs should look at.
 */
export class RuVectorError extends Error {
  readonly code: ErrorCode;
  readonly details?: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'RuVectorError';
    this.code = code;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** A vector whose length is not the index's. */
export class DimensionMismatchError extends RuVectorError {
  /** What the index takes. */
  readonly expected: number;
  /** What came. */
  readonly actual: number;

  constructor(what: string, expected: number, actual: number, unit = 'dimensions') {
    super(
      'DIMENSION_MISMATCH',
      `${what}: expected ${expected} ${unit}, got ${actual}; is it of another model?`,
      {
        details: { expected, actual },
      },
    );
    this.name = 'DimensionMismatchError';
    this.expected = expected;
    this.actual = actual;
  }
}
