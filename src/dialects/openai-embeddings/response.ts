import type { Embedding, EmbedResponse } from '../../core/embed.ts';
import { isJsonObject } from '../../core/json.ts';
import { readBody, writeBody } from '../body.ts';
import type { Codec } from '../dialect.ts';
import { saidFailure } from '../error-answer.ts';
import { always, type Element, integer, list, required, text } from '../field.ts';
import { mistyped } from '../place.ts';
import { marked, shape, spelled } from './carry.ts';
import { reportedUsage } from './usage.ts';
import { vector } from './vector.ts';

/** An answer, both ways. https://platform.openai.com/docs/api-reference/embeddings/object */
export const response: Codec<EmbedResponse> = {
  decode(wire) {
    const body = readBody(wire, 'answer');
    const failure = Array.isArray(body['data']) ? undefined : saidFailure(body);
    if (failure !== undefined) throw failure;
    return responseShape.decode(body, { path: '', of: 'answer' });
  },
  encode: (value, lost) => writeBody(responseShape.encode(value, { path: '', lost })),
};

interface IndexedEmbedding extends Omit<Embedding, 'index' | 'extras' | 'spelling'> {
  readonly index?: number;
}

const embeddingShape = shape<IndexedEmbedding>(
  { index: integer('index'), vector: required(vector) },
  { object: 'embedding' },
);

const embedding: Element<Embedding> = {
  read(found, place, position) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const { index, ...rest } = embeddingShape.decode(found, place);
    return index === undefined ? marked({ index: position, ...rest }, 'index', 'absent') : { index, ...rest };
  },
  write(value, place) {
    const { index, ...rest } = value;
    return embeddingShape.encode(spelled(value, 'index') === 'absent' ? rest : { index, ...rest }, place);
  },
};

const responseShape = shape<Omit<EmbedResponse, 'extras' | 'spelling'>>(
  {
    model: always(text('model'), ''),
    embeddings: required(list('data', embedding)),
    usage: reportedUsage,
  },
  { object: 'list' },
);
