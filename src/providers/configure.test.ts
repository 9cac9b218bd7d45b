import { expect, test } from 'bun:test';
import type { HttpClient } from '../core/ports.ts';
import { secret } from '../core/secret.ts';
import { configure } from './configure.ts';
import { groq } from './groq.ts';
import { providerKinds } from './index.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { sandbox } from './sandbox.ts';

const http: HttpClient = { send: () => Promise.reject(new Error('nobody is asked here')) };
const canary = 'canary-of-groq-0001';

test('a provider is signed with its credential, which nothing but the headers shows', () => {
  const { headers, ...rest } = configure(
    {
      name: 'team',
      kind: groq,
      baseUrl: 'http://127.0.0.1:9/v1',
      credential: secret(canary),
      headers: { 'X-Team': secret('blue') },
    },
    http,
  );
  expect(headers).toEqual({ 'content-type': 'application/json', authorization: `Bearer ${canary}`, 'x-team': 'blue' });
  expect(rest).toEqual({ name: 'team', kind: groq, baseUrl: 'http://127.0.0.1:9/v1', scrub: rest.scrub, http });
  expect(Bun.inspect(rest)).not.toContain(canary);
  expect(rest.scrub(`Wrong key ${canary}, team blue`)).toBe('Wrong key [redacted], team blue');
});

test('an extra header may replace the signature, and is as secret', () => {
  const entry = { name: 'x', kind: groq, baseUrl: 'http://127.0.0.1:9', credential: secret(canary) };
  const { headers, scrub } = configure(
    { ...entry, headers: { Authorization: secret('Basic canary-of-the-door') } },
    http,
  );
  expect(headers['authorization']).toBe('Basic canary-of-the-door');
  expect(scrub('no canary-of-the-door here')).toBe('no [redacted] here');
});

test('without a credential nothing is signed', () => {
  expect(configure({ name: 'sandbox', kind: sandbox, baseUrl: 'http://sandbox.invalid' }, http).headers).toEqual({
    'content-type': 'application/json',
  });
});

test('configured oddities are added to those of the kind', () => {
  const adjust = { without: ['seed'], renamed: { max_completion_tokens: 'max_tokens' }, usageUnasked: true };
  const of = (kind: typeof groq) =>
    configure({ name: 'x', kind, baseUrl: 'http://127.0.0.1:9', adjust }, http).kind.operations.chat?.[0].adjust;
  expect(of(openaiCompatible)).toEqual(adjust);
  expect(of(groq)).toEqual({ ...adjust, without: ['logprobs', 'top_logprobs', 'logit_bias', 'seed'] });
});

test('the kinds have different names, and each can be reached', () => {
  const summary = providerKinds.map(({ name, baseUrl, auth, operations }) => [
    name,
    baseUrl,
    auth.environment,
    auth.optional ?? false,
    Object.keys(operations),
  ]);
  expect(summary).toEqual([
    ['groq', 'https://api.groq.com/openai/v1', ['GROQ_API_KEY'], false, ['chat']],
    ['openai', 'https://api.openai.com/v1', ['OPENAI_API_KEY'], false, ['chat']],
    ['openai-compatible', undefined, [], true, ['chat']],
    ['sandbox', 'http://sandbox.invalid', [], true, ['chat']],
  ]);
});
