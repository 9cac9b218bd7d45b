import type { EmbedRequest, VectorEncoding } from '../../core/embed.ts';
import { readBody, writeBody } from '../body.ts';
import type { RequestCodec } from '../dialect.ts';
import { type Field, integer, required, text } from '../field.ts';
import { shape, spelled } from './carry.ts';
import { encodingIn } from './encoding.ts';
import { envelope } from './envelope.ts';
import { inputs } from './input.ts';
import { splice } from './splice.ts';

/** A request, both ways. https://platform.openai.com/docs/api-reference/embeddings/create */
export const request: RequestCodec<EmbedRequest> = {
  envelope,
  splice,
  decode: (wire) => requestShape.decode(readBody(wire, 'request'), { path: '', of: 'request' }),
  encode: (value, lost) => writeBody(requestShape.encode(value, { path: '', lost })),
  locate(value, path) {
    const [, name = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(path) ?? [];
    const where = requestShape.where(value, name);
    if (where === undefined) return path;
    // One text or one list of tokens stands alone, and not as the first of a list.
    return spelled(value, name) === 'one' ? where + rest.replace(/^\[0\]/, '') : where + rest;
  },
};

const encoding: Field<VectorEncoding> = {
  ...text('encoding_format'),
  read(found, place, path) {
    const read = text(path).read(found, place, path);
    const known = read && encodingIn(read.value);
    return known === undefined ? undefined : { value: known };
  },
};

const requestShape = shape<Omit<EmbedRequest, 'extras' | 'spelling'>>({
  model: text('model'),
  inputs: required(inputs),
  encoding,
  dimensions: integer('dimensions'),
  endUser: text('user'),
});
