// What assertions are made of that run where there is no test runner: pages, workers, the edge.

export function same(actual, expected) {
  const [a, b] = [text(actual), text(expected)];
  if (a !== b) throw new Error(`expected ${b?.slice(0, 300)}, got ${a?.slice(0, 300)}`);
}

function text(value) {
  return value instanceof Uint8Array
    ? `${value.length} bytes: ${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
    : JSON.stringify(value);
}

/** f32 sums of up to 61 terms of size 1 or less: 61 roundings of 2^-24, doubled. */
export function close(actual, expected) {
  if (!(Math.abs(actual - expected) <= 1e-5 * Math.max(1, Math.abs(expected))))
    throw new Error(`expected ${expected}, got ${actual}`);
}

/** The error with `code`, whose message holds all `parts`. */
export async function thrown(action, code, ...parts) {
  try {
    await action();
  } catch (error) {
    same(error.code, code);
    for (const part of parts)
      if (!error.message.includes(part))
        throw new Error(`expected "${part}" in the message, got "${error.message}"`);
    return error;
  }
  throw new Error(`expected an error ${code}, got none`);
}
