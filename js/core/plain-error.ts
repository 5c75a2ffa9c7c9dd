import {
  DimensionMismatchError,
  type ErrorCode,
  type ErrorDetails,
  RuVectorError,
} from './errors.js';

/** An error as plain data, for messages between workers and tabs. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: ErrorCode;
  readonly details?: ErrorDetails;
  readonly stack?: string;
}

export function toPlain(error: unknown): PlainError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    name,
    message,
    ...(stack !== undefined && { stack }),
    ...(error instanceof RuVectorError && { code: error.code }),
    ...(error instanceof RuVectorError && error.details && { details: error.details }),
  };
}

/** The error again: of its class, with its code and details, and the stack of where it was thrown. */
export function fromPlain({ name, message, code, details, stack }: PlainError): Error {
  const error = ofClass(name, message, code, details);
  error.message = message;
  if (stack !== undefined) error.stack = stack;
  return error;
}

function ofClass(
  name: string,
  message: string,
  code: ErrorCode | undefined,
  details: ErrorDetails | undefined,
): Error {
  if (code === undefined) return Object.assign(new Error(message), { name });
  if (code === 'DIMENSION_MISMATCH' && details !== undefined)
    return new DimensionMismatchError('', Number(details.expected), Number(details.actual));
  return new RuVectorError(code, message, details === undefined ? {} : { details });
}
