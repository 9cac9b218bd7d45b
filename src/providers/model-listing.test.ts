import { describe, expect, test } from 'bun:test';
import { recordings } from '../../test/recordings.ts';
import type { Json } from '../core/json.ts';
import { anthropic } from './anthropic.ts';
import { deepseek } from './deepseek.ts';
import { groq } from './groq.ts';
import { huggingface } from './huggingface.ts';
import { llamaCpp } from './llama-cpp.ts';
import { mistral } from './mistral.ts';
import { readModels } from './model-listing.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import type { Provider } from './provider.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';

const read = ({ models }: Provider, value: Json) => readModels(models ?? { path: '' }, value);

describe('a list that a vendor really gave', () => {
  for (const kind of [anthropic, deepseek, openai]) {
    test(`of ${kind.name} is read whole`, () => {
      const lists = (recordings() ?? []).filter(
        ({ provider, endpoint, responseBody }) =>
          (provider === kind.name && endpoint === 'models' && JSON.stringify(responseBody).startsWith('{"data":[')) ||
          (provider === kind.name &&
            endpoint === 'models' &&
            JSON.stringify(responseBody).startsWith('{"object":"list"')),
      );
      for (const { responseBody = null } of lists) {
        const ids = (responseBody as unknown as { data: { id: string }[] }).data.map(({ id }) => id);
        expect(read(kind, responseBody)?.models.map(({ id }) => id)).toEqual(ids);
      }
    });
  }
});

/** Made by hand after each vendor's own page, for none of these is recorded. */
describe('what a vendor tells of a model', () => {
  const rows: readonly (readonly [Provider, Json, object])[] = [
    [
      anthropic,
      {
        id: 'claude-opus-4-1',
        max_input_tokens: 200_000,
        max_tokens: 32_000,
        lifecycle: 'deprecated',
        retires_at: '2027-01-02T00:00:00Z',
        capabilities: {
          image_input: { supported: true },
          structured_outputs: { supported: false },
          thinking: { supported: true, types: {} },
        },
      },
      {
        contextTokens: 200_000,
        maxOutputTokens: 32_000,
        vision: true,
        jsonSchema: false,
        reasoning: true,
        retiresAt: Date.UTC(2027, 0, 2),
      },
    ],
    [
      mistral,
      {
        id: 'mistral-large-2512',
        max_context_length: 262_144,
        deprecation: '2027-03-01T12:00:00Z',
        capabilities: { completion_chat: true, function_calling: true, vision: true },
      },
      {
        contextTokens: 262_144,
        vision: true,
        tools: true,
        retiresAt: Date.UTC(2027, 2, 1, 12),
        operations: ['chat'],
      },
    ],
    [
      openrouter,
      {
        id: 'openai/gpt-5',
        context_length: 400_000,
        top_provider: { max_completion_tokens: 128_000 },
        architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
        supported_parameters: ['tools', 'structured_outputs'],
        expiration_date: null,
      },
      {
        contextTokens: 400_000,
        maxOutputTokens: 128_000,
        vision: true,
        tools: true,
        jsonSchema: true,
        reasoning: false,
        operations: ['chat'],
      },
    ],
    [groq, { id: 'm', context_window: 131_072, max_completion_tokens: 0 }, { contextTokens: 131_072 }],
    [
      huggingface,
      {
        id: 'org/m',
        providers: [
          { context_length: 8_192, supports_tools: false },
          { context_length: 32_768, supports_tools: true },
          { status: 'live' },
        ],
      },
      { contextTokens: 32_768, tools: true },
    ],
    [vllm, { id: 'm', max_model_len: 4_096 }, { contextTokens: 4_096 }],
    [llamaCpp, { id: 'm', meta: { n_ctx_train: 8_192 } }, { contextTokens: 8_192 }],
    [openai, { id: 'gpt-4', shutdown_date: '2027-06-06' }, { retiresAt: Date.UTC(2027, 5, 6) }],
  ];
  for (const [kind, entry, facts] of rows) {
    test(`is understood of ${kind.name}`, () => {
      const { id } = entry as unknown as { id: string };
      expect(read(kind, { data: [entry] })).toEqual({ models: [{ id, ...facts }] });
    });
  }

  test('is taken from a bare list too', () => {
    const embedding = { id: 'e', type: 'embedding' };
    expect(
      read(together, [{ id: 'c', type: 'chat', context_length: 7 }, embedding, { id: 'i', type: 'image' }]),
    ).toEqual({
      models: [
        { id: 'c', contextTokens: 7, operations: ['chat'] },
        { id: 'e', operations: ['embed'] },
        { id: 'i', operations: [] },
      ],
    });
  });
});

test('a retired model is no longer there, and the next page is asked for by the last id', () => {
  const data = [
    { id: 'claude-2', lifecycle: 'retired' },
    { id: 'claude-x', lifecycle: 'active' },
    { id: 'claude-2.1', lifecycle: 'retired' },
  ];
  expect(read(anthropic, { data, has_more: true })).toEqual({ models: [{ id: 'claude-x' }], next: 'claude-2.1' });
  expect(read(anthropic, { data, has_more: false })).toEqual({ models: [{ id: 'claude-x' }] });
});

test('what is no list is none, and what is no model is left out', () => {
  for (const value of [null, 7, 'x', {}, { data: null }, { data: {} }]) expect(read(openai, value)).toBeUndefined();
  const odd: Json = [null, 7, {}, { id: 7 }, { id: '' }, { id: 'a b' }, { id: 'x'.repeat(600) }, { id: 'good' }];
  expect(read(openai, { data: odd })).toEqual({ models: [{ id: 'good' }] });
});
