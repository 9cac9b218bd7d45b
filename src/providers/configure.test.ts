import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import type { HttpClient } from '../core/ports.ts';
import { secret } from '../core/secret.ts';
import { anthropic } from './anthropic.ts';
import { configure } from './configure.ts';
import { groq } from './groq.ts';
import { providerKinds } from './index.ts';
import { ollama } from './ollama.ts';
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
    { http, clock: handClock() },
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
    { http, clock: handClock() },
  );
  expect(headers['authorization']).toBe('Basic canary-of-the-door');
  expect(scrub('no canary-of-the-door here')).toBe('no [redacted] here');
});

test('without a credential nothing is signed', () => {
  expect(
    configure({ name: 'sandbox', kind: sandbox, baseUrl: 'http://sandbox.invalid' }, { http, clock: handClock() })
      .headers,
  ).toEqual({
    'content-type': 'application/json',
  });
});

test('configured oddities are added to those of the kind', () => {
  const adjust = { without: ['seed'], renamed: { max_completion_tokens: 'max_tokens' }, usageUnasked: true };
  const of = (kind: typeof groq) =>
    configure({ name: 'x', kind, baseUrl: 'http://127.0.0.1:9', adjust }, { http, clock: handClock() }).kind.operations
      .chat?.[0].adjust;
  expect(of(openaiCompatible)).toEqual(adjust);
  expect(of(groq)).toEqual({ ...adjust, without: ['logprobs', 'top_logprobs', 'logit_bias', 'seed'] });
});

test('configured oddities are those of every door, or of the doors of one dialect', () => {
  const adjust = {
    without: ['user'],
    renamed: { a: 'b' },
    endsUnmarked: true,
    dialects: {
      'anthropic-messages': { without: ['top_k'], renamed: { a: 'c' }, endsUnmarked: false },
      'openai-embeddings': { without: ['dimensions'] },
    },
  };
  const entry = { name: 'x', kind: ollama, baseUrl: 'http://127.0.0.1:9', adjust };
  const { operations } = configure(entry, { http, clock: handClock() }).kind;
  const doors = Object.values(operations)
    .flat()
    .map((offer) => [offer.dialect.name, offer.adjust] as const);
  expect(Object.fromEntries(doors)).toEqual({
    'openai-chat': { without: ['user'], renamed: { a: 'b' }, endsUnmarked: true },
    'anthropic-messages': { without: ['user', 'top_k'], renamed: { a: 'c' }, endsUnmarked: false },
    'openai-embeddings': { without: ['user', 'dimensions'], renamed: { a: 'b' }, endsUnmarked: true },
  });
});

test('the kinds have different names, and each can be reached', () => {
  const summary = providerKinds.map(({ name, baseUrl, auth, operations }) => [
    name,
    baseUrl,
    auth.environment,
    auth.optional ?? false,
    Object.keys(operations).join(' '),
  ]);
  expect(summary).toEqual([
    ['anthropic', 'https://api.anthropic.com', ['ANTHROPIC_API_KEY'], false, 'chat count-tokens'],
    ['azure-openai', undefined, ['AZURE_OPENAI_API_KEY'], false, 'chat embed'],
    ['cerebras', 'https://api.cerebras.ai/v1', ['CEREBRAS_API_KEY'], false, 'chat'],
    ['deepseek', 'https://api.deepseek.com', ['DEEPSEEK_API_KEY'], false, 'chat'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1', ['FIREWORKS_API_KEY'], false, 'chat embed'],
    ['groq', 'https://api.groq.com/openai/v1', ['GROQ_API_KEY'], false, 'chat'],
    ['huggingface', 'https://router.huggingface.co/v1', ['HF_TOKEN'], false, 'chat'],
    ['llama.cpp', 'http://127.0.0.1:8080/v1', [], true, 'chat embed'],
    ['lmstudio', 'http://127.0.0.1:1234/v1', [], true, 'chat embed'],
    ['mistral', 'https://api.mistral.ai/v1', ['MISTRAL_API_KEY'], false, 'chat embed'],
    ['ollama', 'http://127.0.0.1:11434', [], true, 'chat embed'],
    ['openai', 'https://api.openai.com/v1', ['OPENAI_API_KEY'], false, 'chat embed'],
    ['openai-compatible', undefined, [], true, 'chat embed'],
    ['openrouter', 'https://openrouter.ai/api/v1', ['OPENROUTER_API_KEY'], false, 'chat embed'],
    ['sandbox', 'http://sandbox.invalid', [], true, 'chat embed'],
    ['together', 'https://api.together.ai/v1', ['TOGETHER_API_KEY'], false, 'chat embed'],
    ['vllm', 'http://127.0.0.1:8000/v1', [], true, 'chat embed'],
    ['xai', 'https://api.x.ai/v1', ['XAI_API_KEY'], false, 'chat'],
  ]);
});

test('a provider that serves Anthropic’s clients too has a door for them', () => {
  const doors = providerKinds.flatMap(({ name, baseUrl, operations }) =>
    (operations.chat ?? []).map(({ dialect, path }) => [name, dialect.name, `${baseUrl}${path}`]),
  );
  expect(doors.filter(([, dialect]) => dialect === 'anthropic-messages')).toEqual([
    ['anthropic', 'anthropic-messages', 'https://api.anthropic.com/v1/messages'],
    ['deepseek', 'anthropic-messages', 'https://api.deepseek.com/anthropic/v1/messages'],
    ['fireworks', 'anthropic-messages', 'https://api.fireworks.ai/inference/v1/messages'],
    ['llama.cpp', 'anthropic-messages', 'http://127.0.0.1:8080/v1/messages'],
    ['lmstudio', 'anthropic-messages', 'http://127.0.0.1:1234/v1/messages'],
    ['ollama', 'anthropic-messages', 'http://127.0.0.1:11434/v1/messages'],
    ['vllm', 'anthropic-messages', 'http://127.0.0.1:8000/v1/messages'],
  ]);
});

test('Anthropic’s key goes into a header of its own', () => {
  const entry = { name: 'claude', kind: anthropic, baseUrl: 'http://127.0.0.1:9', credential: secret(canary) };
  const { headers, scrub } = configure(entry, { http, clock: handClock() });
  expect(headers).toEqual({ 'content-type': 'application/json', 'x-api-key': canary });
  expect(scrub(`invalid x-api-key ${canary}`)).toBe('invalid x-api-key [redacted]');
});

test('embeddings are asked for where the vendor’s own SDK would', () => {
  const doors = providerKinds.flatMap(({ name, baseUrl = '', operations }) =>
    (operations.embed ?? []).map(({ dialect, path }) => [name, `${dialect.name} ${baseUrl}${path}`]),
  );
  expect(Object.fromEntries(doors)).toMatchObject({
    lmstudio: 'openai-embeddings http://127.0.0.1:1234/v1/embeddings',
    ollama: 'openai-embeddings http://127.0.0.1:11434/v1/embeddings',
    openai: 'openai-embeddings https://api.openai.com/v1/embeddings',
    'openai-compatible': 'openai-embeddings /embeddings',
  });
});
