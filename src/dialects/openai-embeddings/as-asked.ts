import type { VectorEncoding } from '../../core/embed.ts';
import { Failure } from '../../core/failure.ts';
import type { WireBody } from '../../core/payload.ts';
import { vectorBase64, vectorNumbers } from '../../core/vector.ts';
import { type Edit, edited } from '../byte-edit.ts';
import { scanJson, type WatchedMember, watchFor } from '../json-scan.ts';
import { memberOf } from '../parameter.ts';
import { garbled } from '../place.ts';
import { latin1, stringText } from '../text.ts';
import { encodingIn } from './encoding.ts';
import { scanned } from './scanned.ts';

/**
 * An answer with its vectors in the encoding that the request asked for. Many compatible servers ignore `encoding_format`, while
 * OpenAI's SDK asks for base64 by itself and reads it as such whatever comes. Nothing but vectors is touched, and nothing at
 * all if the first one is as it should be, for the others are as it is. A caller who did not say gets floats, unless what came is not to be read as such:
 * Perplexity's own default is base64 of 8 bits.
 */
export function asAsked(answer: WireBody, request: WireBody): WireBody {
  const { encoding, isSaid } = wishOf(request);
  if (encoding === undefined || firstEncoding(answer.bytes) === encoding) return answer;
  const edits: Edit[] = [];
  for (const member of vectorsIn(answer.bytes)) {
    if (encodingAt(answer.bytes, member.valueStart) === encoding) continue;
    const text = recoded(answer.bytes, member, encoding);
    if (text !== undefined) edits.push({ start: member.valueStart, end: member.valueEnd, text });
    else if (isSaid) throw garbled(`'${member.path}' cannot be read as a vector to be given as ${encoding}`);
  }
  return edits.length === 0 ? answer : { ...answer, bytes: edited(answer.bytes, edits) };
}

interface Wish {
  /** Undefined: one that is its vendor's own. */
  readonly encoding: VectorEncoding | undefined;
  readonly isSaid: boolean;
}

function wishOf(request: WireBody): Wish {
  const { bytes } = request;
  const member = memberOf({ bytes, members: scanned(request).members }, 'encoding_format');
  if (member === undefined) return { encoding: 'float', isSaid: false };
  return { encoding: encodingIn(stringText(bytes, member.valueStart, member.valueEnd)), isSaid: true };
}

/**
 * The encoding of an answer's first vector, seen in its first bytes. Only plain members stand before it there, so that it is
 * no look-alike; undefined where that is not so.
 */
function firstEncoding(bytes: Uint8Array): VectorEncoding | undefined {
  const found = firstVector.exec(latin1(bytes, 0, Math.min(bytes.length, headLength)));
  return found === null ? undefined : encodingAt(bytes, found[0].length - 1);
}

const headLength = 1024;
const firstVector = /^\s*\{[^{}[\]]*"data"\s*:\s*\[\s*\{[^{}[\]]*(?<!\\)"embedding"\s*:\s*["[]/;

function encodingAt(bytes: Uint8Array, at: number): VectorEncoding | undefined {
  if (bytes[at] === quote) return 'base64';
  return bytes[at] === openBracket ? 'float' : undefined;
}

const quote = 0x22;
const openBracket = 0x5b;

function vectorsIn(bytes: Uint8Array): readonly WatchedMember[] {
  try {
    return scanJson(bytes, vectors).watched.filter(({ path }) => place.test(path));
  } catch (thrown) {
    if (thrown instanceof Failure) throw garbled('it is no strict JSON object');
    throw thrown;
  }
}

const vectors = watchFor({ data: { keys: ['embedding'], steps: 3 } });
const place = /^data\[\d+\]\.embedding$/;

/** The same vector in the other encoding; undefined if it is none. */
function recoded(bytes: Uint8Array, member: WatchedMember, encoding: VectorEncoding): string | undefined {
  const { valueStart, valueEnd } = member;
  const from = encodingAt(bytes, valueStart);
  if (encoding === 'float') {
    const numbers = from === 'base64' ? vectorNumbers(stringText(bytes, valueStart, valueEnd)) : undefined;
    return numbers && JSON.stringify(numbers);
  }
  const numbers = from === 'float' ? numbersIn(latin1(bytes, valueStart, valueEnd)) : undefined;
  const base64 = numbers && vectorBase64(numbers);
  return base64 === undefined ? undefined : `"${base64}"`;
}

function numbersIn(text: string): readonly number[] | undefined {
  const found: unknown = JSON.parse(text);
  if (!Array.isArray(found) || found.length === 0) return undefined;
  return found.every((one): one is number => typeof one === 'number') ? found : undefined;
}
