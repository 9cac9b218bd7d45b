import type { Envelope } from '../../core/envelope.ts';
import type { WireBody } from '../../core/payload.ts';
import { invalid, refuseVariant } from '../openai/parameter-words.ts';
import { modelOf, parameters as read } from '../openai/parameters.ts';
import type { Given } from '../parameter.ts';
import { checkInput } from './input-check.ts';
import { scanned } from './scanned.ts';

/**
 * The few members of a request that a gateway must know, checked without decoding it. Throws `Failure('request-invalid')`
 * naming the field, in the manner of OpenAI's own errors. https://platform.openai.com/docs/api-reference/embeddings/create
 */
export function envelope(wire: WireBody): Envelope {
  const { members } = scanned(wire);
  const given: Given = { bytes: wire.bytes, members };
  for (const key of members.keys()) refuseVariant(key, known);
  const model = modelOf(given);
  checkInput(given);
  // What these may be is for the vendor to say: some know more encodings than OpenAI's two.
  read.text(given, 'encoding_format');
  read.count(given, 'dimensions', [1, Number.MAX_SAFE_INTEGER]);
  refuseStream(given);
  const endUser = read.text(given, 'user');
  return {
    model,
    stream: false,
    streamUsage: false,
    choices: 1,
    // A vector is no output that anybody counts in tokens.
    maxOutputTokens: 0,
    ...(endUser ? { endUser } : {}),
    unmeasured: [],
    bytes: wire.bytes.length,
  };
}

function refuseStream(given: Given): void {
  if (read.flag(given, 'stream') !== true) return;
  throw invalid('stream', 'unknown_parameter', "Unknown parameter: 'stream'. Embeddings come whole; leave it out.");
}

const known = new Set(['dimensions', 'encoding_format', 'input', 'model', 'stream', 'user']);
