// As 4.3.1 of transformers.js declares them, as far as the README uses them.
type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
declare class Tensor {
  get data(): TypedArray | BigInt64Array | BigUint64Array;
  set dims(value: number[]);
  get dims(): number[];
}
type FeatureExtractionPipeline = (
  texts: string | string[],
  options?: { pooling?: 'none' | 'mean' | 'cls'; normalize?: boolean },
) => Promise<Tensor>;
export function pipeline(
  task: 'feature-extraction',
  model?: string,
  options?: { dtype?: 'fp32' | 'q8' },
): Promise<FeatureExtractionPipeline>;
