import type { TokenCount } from '../../core/token-count.ts';
import { readBody, writeBody } from '../body.ts';
import type { Codec, Peek } from '../dialect.ts';
import { integer, required } from '../field.ts';
import { objectIn } from '../json-text.ts';
import { garbled } from '../place.ts';
import { shapesOf } from '../shape.ts';
import { utf8Text } from '../text.ts';
import { unstreamedEye } from '../unstreamed.ts';
import { saidFailure } from './error-kind.ts';

/** How many tokens a request has, both ways. https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countResponse: Codec<TokenCount> = {
  decode: (wire) => countShape.decode(readBody(wire, 'answer'), { path: '', of: 'answer' }),
  encode: (value, lost) => writeBody(countShape.encode(value, { path: '', lost })),
};

/** A count consumes nothing and produces nothing, and is free of charge. */
export const countPeek: Peek = {
  whole({ bytes }) {
    const said = objectIn(utf8Text(bytes, 0, bytes.length)) ?? {};
    const seen = { terminal: true, producedBytes: 0, producedFrames: 0 };
    if (Number.isInteger(said['input_tokens'])) return { ...seen, usage: { tokens: {} } };
    return { ...seen, failure: saidFailure(said) ?? garbled('it has no count of tokens') };
  },
  stream: unstreamedEye,
};

const countShape = shapesOf('anthropic-token-count')<Omit<TokenCount, 'extras' | 'spelling'>>({
  inputTokens: required(integer('input_tokens')),
});
