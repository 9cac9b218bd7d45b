import type { Json, JsonObject } from '../core/json.ts';
import { vectorBase64 } from '../core/vector.ts';
import type { Behaviour } from './behaviour.ts';
import { type Draw, drawsOf } from './chance.ts';
import { missing, optional, optionalInteger, optionalString, type Place, wrongType, wrongValue } from './field.ts';
import { modelOf, requestIn } from './model.ts';
import { countTokens } from './tokens.ts';

/** A request for embeddings, as far as the sandbox heeds it. */
export interface EmbedRequest {
  readonly behaviour: Behaviour;
  /** Texts, or what stands for tokens. */
  readonly inputs: readonly string[];
  readonly tokens: number;
  readonly dimensions: number;
  readonly encoding: Encoding;
  /** A caller has no seed to give here. */
  readonly seeded: false;
  readonly seed: () => string;
}

const encodings = ['float', 'base64'] as const;
type Encoding = (typeof encodings)[number];

const usualDimensions = 256;
const mostDimensions = 4096;
const mostInputs = 2048;

/** Reads a request; `header` is the `x-trestle-sandbox` one. Throws a `Failure` that names what is wrong with it. */
export function embedRequestOf(bytes: Uint8Array, header: string): EmbedRequest {
  const request = requestIn(bytes);
  const { behaviour } = modelOf(request, header, ['embed']);
  const inputs = inputsOf(request);
  return {
    behaviour,
    inputs: inputs.map(({ text }) => text),
    tokens: inputs.reduce((sum, { tokens }) => sum + tokens, 0),
    dimensions: optionalInteger(request, 'dimensions', [1, mostDimensions]) ?? usualDimensions,
    encoding: encodingOf(request, behaviour),
    seeded: false,
    seed: () => '',
  };
}

/** In OpenAI's spelling. https://platform.openai.com/docs/api-reference/embeddings/object */
export function spelledEmbeddings({ inputs, tokens, dimensions, encoding, behaviour }: EmbedRequest): JsonObject {
  const data = inputs.map((text, index) => {
    const vector = vectorOf(text, dimensions);
    return { object: 'embedding', index, embedding: encoding === 'float' ? vector : (vectorBase64(vector) ?? '') };
  });
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { object: 'list', data, model: 'sandbox/embed', ...(behaviour.noUsage === 1 ? {} : { usage }) };
}

interface Input {
  readonly text: string;
  readonly tokens: number;
}

function inputsOf(request: Place): readonly Input[] {
  const input = optional(request, 'input');
  if (input === undefined) throw missing('input');
  if (typeof input === 'string') return [textInput(input, 'input')];
  if (!Array.isArray(input)) throw wrongType('input', 'a string or an array', input);
  if (input.length === 0) throw wrongValue('input', 'expected at least one input');
  if (input.length > mostInputs) throw wrongValue('input', `expected at most ${mostInputs} inputs`);
  if (typeof input[0] === 'number') return [tokenInput(input, 'input')];
  return input.map((each: Json, index) => {
    const path = `input[${index}]`;
    return typeof each === 'string' ? textInput(each, path) : tokenInput(each, path);
  });
}

function textInput(text: string, path: string): Input {
  if (text === '') throw wrongValue(path, 'expected a text that is not empty');
  return { text, tokens: countTokens(text) };
}

function tokenInput(value: Json, path: string): Input {
  if (!Array.isArray(value)) throw wrongType(path, 'a string or an array of tokens', value);
  const wrong = value.findIndex((token) => !Number.isInteger(token));
  if (wrong >= 0) throw wrongType(`${path}[${wrong}]`, 'an integer', value[wrong] ?? null);
  if (value.length === 0) throw wrongValue(path, 'expected at least one token');
  return { text: `tokens ${value.join(' ')}`, tokens: value.length };
}

function encodingOf(request: Place, { otherEncoding }: Behaviour): Encoding {
  const said = optionalString(request, 'encoding_format') ?? 'float';
  const asked = encodings.find((each) => each === said);
  if (asked === undefined) throw wrongValue('encoding_format', `'${said}' is none of ${encodings.join(', ')}`);
  if (otherEncoding !== 1) return asked;
  return asked === 'float' ? 'base64' : 'float';
}

/** The same to the same text, of length 1, in numbers that 32 bits hold. */
function vectorOf(text: string, dimensions: number): readonly number[] {
  const draw = drawsOf(() => text);
  const numbers = Array.from({ length: dimensions }, () => between(draw));
  const length = Math.hypot(...numbers);
  return numbers.map((number) => Math.fround(number / length));
}

/** From -1 to 1, and never 0, so that there is always a direction. */
function between(draw: Draw): number {
  return 2 * draw() - 1 || 1;
}
