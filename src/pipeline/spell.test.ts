import { expect, test } from 'bun:test';
import type { Call, Metered, Received } from '../core/call.ts';
import type { EmbedResponse } from '../core/embed.ts';
import type { DialectName, WireBody } from '../core/payload.ts';
import type { WholeReply } from '../core/reply.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { spell } from './spell.ts';

const body = (value: object): WireBody => ({ kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(value)) });

/** A call for embeddings that somebody of another dialect answers, in whose words nothing is left when it comes here. */
async function spelled(encoding: string, value: EmbedResponse): Promise<unknown> {
  const question = body({ model: 'm', input: 'Hello', encoding_format: encoding });
  const origin = { provider: 'p', model: 'm', attempts: 1, lost: [], emulated: [], headers: {} };
  const sight = { terminal: true, producedBytes: 0, producedFrames: 0 };
  const reply: WholeReply = { kind: 'whole', origin, sight, payload: { value } };
  const call: Pick<Call & Received & Metered, 'dialect' | 'payload' | 'journal'> = {
    dialect: 'openai-embeddings' satisfies DialectName,
    payload: { value: { inputs: ['Hello'] }, wire: { dialect: 'openai-embeddings', body: question } },
    journal: {
      received: () => undefined,
      begin: unasked,
      lost: unasked,
      flag: () => undefined,
      whenClosed: () => undefined,
      answerLost: unasked,
    },
  };
  // Nothing else of a call is looked at here.
  const answer = await spell([openaiEmbeddings])(async () => reply)(call as Call & Metered & Received);
  if (answer.kind !== 'whole' || answer.payload.wire === undefined) throw new Error('it is not spelled');
  return JSON.parse(new TextDecoder().decode(answer.payload.wire.body.bytes)).data;
}

function unasked(): never {
  throw new Error('nothing is lost and nobody is asked');
}

test('an answer of another dialect leaves in the form that the caller asked for', async () => {
  const given = (vector: readonly number[] | string): EmbedResponse => ({ embeddings: [{ index: 0, vector }] });
  const one = (embedding: unknown) => [{ object: 'embedding', index: 0, embedding }];
  expect(await spelled('base64', given([0.25, -0.5]))).toEqual(one('AACAPgAAAL8='));
  expect(await spelled('float', given('AACAPgAAAL8='))).toEqual(one([0.25, -0.5]));
  expect(await spelled('float', given([0.25, -0.5]))).toEqual(one([0.25, -0.5]));
});
