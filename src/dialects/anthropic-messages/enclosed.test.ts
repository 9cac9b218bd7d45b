import { expect, test } from 'bun:test';
import type { Json } from '../../core/json.ts';
import { utf8Bytes } from '../text.ts';
import { envelope } from './envelope.ts';

function envelopeOf(request: object) {
  const whole = { model: 'm', max_tokens: 2_000, messages: [{ role: 'user', content: 'Hi' }], ...request };
  return envelope({ kind: 'json', bytes: utf8Bytes(JSON.stringify(whole)) });
}

const enclosedIn = (...content: readonly Json[]) => envelopeOf({ messages: [{ role: 'user', content }] }).enclosed;
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };
const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } };
const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Once upon a time.' } };

test('images and documents whose bytes are in a request are told apart from its text, in the results of tools too', () => {
  const result = { type: 'tool_result', tool_use_id: 't', content: [image, pdf] };
  expect(enclosedIn(image, text, pdf, result)).toEqual({
    images: 2,
    imageBytes: 28,
    documents: ['messages[0].content[2].source', 'messages[0].content[3].content[1].source'],
  });
});

test('what only stands for a medium, is plain text, or the input of a tool is none of them', () => {
  const use = { type: 'tool_use', id: 't', name: 'n', input: { source: { data: 'AAAA', media_type: 'image/png' } } };
  expect(enclosedIn(text, use)).toBeUndefined();
  expect(enclosedIn({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } })).toBeUndefined();
  expect(enclosedIn({ type: 'document', source: { type: 'file', file_id: 'file_1' } })).toBeUndefined();
});

test('a budget for thinking tells how low the limit may be', () => {
  expect(envelopeOf({ thinking: { type: 'enabled', budget_tokens: 1_024 } }).leastOutputTokens).toBe(1_025);
  expect(envelopeOf({ thinking: { type: 'adaptive' } }).leastOutputTokens).toBeUndefined();
  expect(envelopeOf({}).leastOutputTokens).toBeUndefined();
});
