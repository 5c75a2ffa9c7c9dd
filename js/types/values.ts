/** What records hold, and what filters say of it. */

/** JSON values, as metadata may hold them. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object: at most 64 KB as UTF-8 and 16 levels deep. */
export type Metadata = { readonly [key: string]: Json };

export type Scalar = string | number | boolean | null;

/**
 * The paths of fields: keys, and dotted ones through nested objects, four deep. Any string where the
 * type of the metadata does not say its keys.
 */
export type Path<M, Depth extends unknown[] = []> = string extends keyof M
  ? string
  : Depth['length'] extends 4
    ? never
    : {
        [K in keyof M & string]: K | `${K}.${Inner<NonNullable<M[K]>, [...Depth, unknown]>}`;
      }[keyof M & string];
type Inner<V, Depth extends unknown[]> = V extends Scalar | readonly unknown[]
  ? never
  : Path<V, Depth>;

/** What is at a path. */
export type PathValue<M, P extends string> = P extends keyof M
  ? NonNullable<M[P]> | Extract<M[P], null>
  : P extends `${infer K}.${infer Rest}`
    ? K extends keyof M
      ? PathValue<NonNullable<M[K]>, Rest>
      : never
    : never;

/** What a condition compares with: a field of type `V`, or any element where it is an array. */
type Operand<V> = Extract<V extends readonly (infer E)[] ? E : V, Scalar>;
type Ordered<V> = V extends string ? string : V extends number ? number : never;
type ElementOfList<V> = V extends readonly (infer E)[] ? Extract<E, Scalar> : never;
type Part<V> = V extends string ? string : ElementOfList<V>;

/**
 * What a field is asked; of several all. Of an array field any element may answer, but for `$any`,
 * `$all` and `$size`, which are about arrays only. A missing field passes `$ne`, `$nin` and
 * `$exists: false`, and nothing else. `null` is a value: `{ $eq: null }` is a field that is there.
 * Values of different types are not equal, and neither is greater.
 */
export interface Operators<V = Json> {
  readonly $eq?: Operand<V>;
  readonly $ne?: Operand<V>;
  /** Numbers by value, strings by code point: dates as ISO strings or as numbers. */
  readonly $gt?: Ordered<Operand<V>>;
  readonly $gte?: Ordered<Operand<V>>;
  readonly $lt?: Ordered<Operand<V>>;
  readonly $lte?: Ordered<Operand<V>>;
  readonly $in?: readonly Operand<V>[];
  readonly $nin?: readonly Operand<V>[];
  readonly $exists?: boolean;
  readonly $startsWith?: Operand<V> extends infer E ? (E extends string ? string : never) : never;
  /** Of a string a part, of an array an element. */
  readonly $contains?: Part<V>;
  /** Some of these are in the array. */
  readonly $any?: readonly ElementOfList<V>[];
  /** All of these are in the array; none is always. */
  readonly $all?: readonly ElementOfList<V>[];
  readonly $size?: V extends readonly unknown[] ? number : never;
}

/**
 * Which records: `{ lang: 'en', year: { $gte: 2000 } }`. A bare value is `$eq`, several keys are all
 * asked, a dotted path reaches into nested objects (not into objects in arrays), `$and`, `$or` and
 * `$not` combine filters; `{}` matches all. At most 16 levels, and 10,000 conditions and values. What
 * is not understood is `INVALID_FILTER`, and so is a condition that is `undefined`.
 */
export type Filter<M extends object = Metadata> = string extends keyof M
  ? AnyFilter
  : { readonly [P in Path<M>]?: Operand<PathValue<M, P>> | Operators<PathValue<M, P>> } & {
      readonly $and?: readonly Filter<M>[];
      readonly $or?: readonly Filter<M>[];
      readonly $not?: Filter<M>;
    };

/** A filter of metadata whose type is not known. */
export interface AnyFilter {
  readonly [path: string]: Scalar | Operators | AnyFilter | readonly AnyFilter[];
}

/**
 * A vector as models and files give it; always copied. A tensor `{ data, dims }` (transformers.js)
 * has `dims` `[d]` or `[1, d]` for one vector, `[n, d]` where many are taken; one of 64-bit integers is
 * refused. Under `hamming` only a
 * `Uint8Array` of `dimensions / 8` packed bytes, or a tensor around one, is a vector.
 */
export type VectorInput =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | readonly number[]
  | { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] };

/**
 * | metric | distance (lower is nearer) | score (higher is better) |
 * |---|---|---|
 * | `cosine` | 1 - cos, in [0, 2] | cos, in [-1, 1] |
 * | `dot` | -dot | dot |
 * | `euclidean` | root of the sum of squares | 1 / (1 + distance) |
 * | `manhattan` | sum of absolute differences | 1 / (1 + distance) |
 * | `hamming` | differing bits | 1 - bits / dimensions |
 */
export type Metric = 'cosine' | 'dot' | 'euclidean' | 'manhattan' | 'hamming';
