import { expect, test } from 'bun:test';
import { scrubbed } from './scrub.ts';

const canary = 'Zq7-canary_9xYw.8';

test.each([
  `Authorization: Bearer ${canary}`,
  `authorization: ${canary}`,
  `{"authorization":"Bearer ${canary}"}`,
  `Basic ${canary}==`,
  `GET https://host/v1beta/models?key=${canary}&alt=sse`,
  `https://host/?api_key=${canary}`,
  `https://user:${canary}@host/path`,
  `x-api-key: ${canary}`,
  `{"x-goog-api-key": "${canary}"}`,
  `{"api_key":"${canary}","model":"m"}`,
  `OPENAI_API_KEY=${canary}`,
  `aws_secret_access_key = ${canary}`,
  `password: ${canary}`,
  `refresh_token: "${canary}"`,
  `X-Amz-Signature=${canary}`,
  `the key tr-${canary}`,
  `Incorrect API key provided: sk-${canary}`,
  `gsk_${canary}`,
])('a credential is taken out of %p', (text) => {
  expect(scrubbed(text)).not.toContain('canary');
  expect(scrubbed(text)).toContain('***');
});

test.each([
  'trestle is ready on http://127.0.0.1:4141',
  'the answer had 120 tokens: 100 in, 20 out',
  'max_tokens: 500, tokens per minute = 60',
  'messages[0].role is missing; the key of a member is a string',
  'req_01jd0000000000000000000000 took 12 ms',
  'providers.openai.base_url is no URL',
])('what is no credential stays: %p', (text) => {
  expect(scrubbed(text)).toBe(text);
});

test('a long text is scrubbed in little time', () => {
  const texts = ['key-'.repeat(20_000), `${'a_'.repeat(40_000)}=`, 'Bearer '.repeat(10_000), 'tr-'.repeat(30_000)];
  const startedAt = performance.now();
  for (const text of texts) scrubbed(text);
  expect(performance.now() - startedAt).toBeLessThan(200);
});
