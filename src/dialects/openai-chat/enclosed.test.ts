import { expect, test } from 'bun:test';
import { utf8Bytes } from '../text.ts';
import { envelope } from './envelope.ts';

const png = 'data:image/png;base64,iVBORw0KGgo=';
const pdf = 'data:application/pdf;base64,JVBERi0=';

function enclosedIn(...content: readonly object[]) {
  const request = { model: 'm', messages: [{ role: 'user', content }] };
  return envelope({ kind: 'json', bytes: utf8Bytes(JSON.stringify(request)) }).enclosed;
}

test('images, documents and films whose bytes are in a request are told apart from its text', () => {
  const image = { type: 'image_url', image_url: { url: png } };
  expect(enclosedIn({ type: 'text', text: png }, image, { type: 'image_url', image_url: png })).toEqual({
    images: 2,
    imageBytes: 2 * (png.length + 2),
    documents: [],
  });
  expect(
    enclosedIn(
      { type: 'file', file: { filename: 'a.pdf', file_data: pdf } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'JVBERi0=' } },
      { type: 'document_url', document_url: pdf },
      { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } },
    ),
  ).toEqual({
    images: 0,
    imageBytes: 0,
    documents: [
      'messages[0].content[0].file.file_data',
      'messages[0].content[1].file.file_data',
      'messages[0].content[2].document_url',
      'messages[0].content[3].video_url',
    ],
  });
});

test('what only stands for a medium, or is sound, is none of them', () => {
  expect(enclosedIn({ type: 'text', text: 'Hello' })).toBeUndefined();
  expect(enclosedIn({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } })).toBeUndefined();
  expect(enclosedIn({ type: 'file', file: { file_id: 'file_1' } })).toBeUndefined();
  expect(enclosedIn({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } })).toBeUndefined();
});

test('a key that is spelled with escapes hides nothing', () => {
  const text = `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image\\u005furl":{"\\u0075rl":"${png}"}}]}]}`;
  expect(envelope({ kind: 'json', bytes: utf8Bytes(text) }).enclosed?.images).toBe(1);
});
