// A model in the shape of MiniLM, of a few words: enough for the real transformers.js to run, and so
// simple that what it must give is known. Its output for a token is a row of a seeded table.
import { random } from './random.mjs';

export const DIMENSIONS = 384;

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const VOCABULARY = [
  ...SPECIAL,
  ...'the tide rises when moon is near bread needs an oven'.split(' '),
];
const idOf = (word) => Math.max(VOCABULARY.indexOf(word), VOCABULARY.indexOf('[UNK]'));

const next = random(42);
const table = Float32Array.from({ length: VOCABULARY.length * DIMENSIONS }, () => 2 * next() - 1);

/** The mean of the rows of a text's words and the marks around them, at unit length. */
export function expectedVector(text) {
  const sum = new Float64Array(DIMENSIONS);
  for (const word of ['[CLS]', ...text.split(' '), '[SEP]'])
    for (let i = 0; i < DIMENSIONS; ++i) sum[i] += table[idOf(word) * DIMENSIONS + i];
  const length = Math.hypot(...sum);
  return sum.map((component) => component / length);
}

/** The files of the model's repository, by name. */
export function filesOfModel() {
  return {
    'config.json': json({ model_type: 'bert', architectures: ['BertModel'] }),
    'tokenizer_config.json': json({
      tokenizer_class: 'BertTokenizer',
      model_max_length: 512,
      pad_token: '[PAD]',
    }),
    'tokenizer.json': json(tokenizer()),
    'onnx/model_quantized.onnx': onnx(),
  };
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}

function tokenizer() {
  const mark = (id) => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = [mark('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, mark('[SEP]')];
  const token = (id) => [id, { id, ids: [idOf(id)], tokens: [id] }];
  return {
    version: '1.0',
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: { type: 'BertNormalizer', clean_text: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: sequence,
      pair: sequence,
      special_tokens: Object.fromEntries(['[CLS]', '[SEP]'].map(token)),
    },
    decoder: { type: 'WordPiece', prefix: '##' },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  };
}

/** One node, which gathers rows of the table: a ModelProto of onnx.proto3, by its field numbers. */
function onnx() {
  const [FLOAT, INT64] = [1, 7];
  const dimension = (size) => bytes(1, typeof size === 'string' ? bytes(2, size) : number(1, size));
  const value = (name, type, sizes) => {
    const shape = Buffer.concat(sizes.map(dimension));
    const tensor = Buffer.concat([number(1, type), bytes(2, shape)]);
    return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensor))]);
  };
  const node = [bytes(1, 'table'), bytes(1, 'input_ids'), bytes(2, 'last_hidden_state')];
  const initializer = [
    ...[VOCABULARY.length, DIMENSIONS].map((size) => number(1, size)),
    number(2, FLOAT),
    bytes(8, 'table'),
    bytes(9, Buffer.from(table.buffer)),
  ];
  const graph = [
    bytes(1, Buffer.concat([...node, bytes(4, 'Gather')])),
    bytes(2, 'tiny'),
    bytes(5, Buffer.concat(initializer)),
    ...['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
      bytes(11, value(name, INT64, ['texts', 'tokens'])),
    ),
    bytes(12, value('last_hidden_state', FLOAT, ['texts', 'tokens', DIMENSIONS])),
  ];
  const operators = Buffer.concat([bytes(1, ''), number(2, 13)]);
  return Buffer.concat([number(1, 8), bytes(8, operators), bytes(7, Buffer.concat(graph))]);
}

/** Protocol buffers: a field that is a number, and one that has a length. */
function number(field, value) {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function bytes(field, value) {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), Buffer.from(value)]);
}

function varint(value) {
  const groups = [];
  for (let rest = value; groups.length === 0 || rest > 0; rest >>>= 7) {
    if (groups.length > 0) groups[groups.length - 1] |= 0x80;
    groups.push(rest & 0x7f);
  }
  return Buffer.from(groups);
}
