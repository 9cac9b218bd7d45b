import { describe, expect, test } from 'bun:test';
import { providerKinds } from '../providers/index.ts';
import { loadWithStored } from './load-stored.ts';
import type { StoredEntry } from './stored-entries.ts';

const up: StoredEntry = {
  kind: 'provider',
  name: 'up',
  entry: { type: 'openai', api_key: 'a-key' },
  disabled: false,
};

function loaded(text: string, stored: readonly StoredEntry[], environment = {}) {
  return loadWithStored({ flags: {}, environment, readFile: () => text, kinds: providerKinds, stored });
}

test('what was set over the API is in force beneath the file', () => {
  const alias: StoredEntry = { kind: 'alias', name: 'fast', entry: 'up/m', disabled: false };
  const { config, leftOut } = loaded('models: { slow: sandbox/echo }', [up, alias]);
  expect(leftOut).toEqual([]);
  expect(config.providers.find(({ name }) => name === 'up')).toMatchObject({ kind: { name: 'openai' } });
  expect(config.aliases.map(({ name }) => name)).toEqual(['slow', 'fast']);
});

test('a name of the file is the file’s, one that is switched off there too', () => {
  for (const text of ['providers: { up: { type: groq, api_key: x } }', 'providers: { up: false }']) {
    const { config, leftOut } = loaded(text, [up]);
    expect(config.providers.some(({ kind }) => kind.name === 'openai')).toBe(false);
    expect(leftOut).toMatchObject([{ kind: 'provider', name: 'up', problems: [{ key: '' }] }]);
  }
});

test('what cannot be used is left out with all that needs it, and keeps nothing else from serving', () => {
  const aliases = ['a', 'b'].map((name, n): StoredEntry => {
    return { kind: 'alias', name, entry: n === 0 ? 'gone/m' : 'a', disabled: false };
  });
  const { config, leftOut } = loaded('models: { slow: sandbox/echo }', [up, ...aliases]);
  expect(config.providers.map(({ name }) => name)).toContain('up');
  expect(config.aliases.map(({ name }) => name)).toEqual(['slow']);
  expect(leftOut.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('a mistake in the file itself is thrown', () => {
  expect(() => loaded('listen: nowhere', [up])).toThrow('wanted an address and a port');
});

test('a provider that is off stays known; one from the environment is not put out by one of its kind', () => {
  const { config } = loaded('{}', [{ ...up, disabled: true }], { OPENAI_API_KEY: 'k' });
  const found = config.providers.filter(({ kind }) => kind.name === 'openai');
  expect(found.map(({ name, disabled }) => [name, disabled])).toEqual([
    ['up', true],
    ['openai', undefined],
  ]);
});

test('neither variables nor files of this machine go into what was set over the API', () => {
  const reading = { ...up, entry: { type: 'openai', api_key: { file: '/etc/passwd' } } };
  expect(loaded('{}', [reading]).leftOut).toHaveLength(1);
  const bare = { ...up, entry: { type: 'openai' } };
  expect(loaded('{}', [bare], { OPENAI_API_KEY: 'k' }).leftOut).toMatchObject([
    { problems: [{ sentence: 'openai needs a key; give it as api_key.' }] },
  ]);
  const variable = '$'.concat('{HOME}');
  const literal = { ...up, entry: { type: 'openai', api_key: variable } };
  const [provider] = loaded('{}', [literal], { HOME: '/root' }).config.providers;
  expect(provider?.credential?.reveal()).toBe(variable);
});

describe('what was set of a model', () => {
  const set = (name: string, entry: object, disabled = false): StoredEntry => ({
    kind: 'model',
    name,
    entry,
    disabled,
  });

  test('is in force for a provider of any source, with its facts', () => {
    const stored = [
      up,
      ...['up/m', 'filed/a/b', 'openai/gpt-5', 'ollama/q:8b', 'sandbox/echo'].map((name) => set(name, {})),
    ];
    const text = 'providers: { filed: { type: groq, api_key: x, models: [a/b] } }';
    const { config, leftOut } = loaded(text, stored, { OPENAI_API_KEY: 'k' });
    expect(leftOut).toEqual([]);
    expect(config.overrides.map(({ provider, model }) => [provider, model])).toEqual([
      ['up', 'm'],
      ['filed', 'a/b'],
      ['openai', 'gpt-5'],
      ['ollama', 'q:8b'],
      ['sandbox', 'echo'],
    ]);
    const facts = { context_window: 9, operations: ['embed'], retires: '2027-01-31' };
    expect(loaded('{}', [up, set('up/m', facts, true)]).config.overrides).toEqual([
      {
        ...{ provider: 'up', model: 'm', disabled: true },
        facts: { contextTokens: 9, operations: ['embed'], retiresAt: Date.UTC(2027, 0, 31) },
      },
    ]);
  });

  test('gives way to what the file says of the model, but leaves it switched off', () => {
    const text = 'providers: { up: { type: groq, api_key: x, models: { m: { tools: true } } } }';
    const { config, leftOut } = loaded(text, [set('up/m', { tools: false }, true), set('up/n', { tools: false })]);
    expect(config.overrides).toEqual([
      { provider: 'up', model: 'm', facts: {}, disabled: true },
      { provider: 'up', model: 'n', facts: { tools: false } },
    ]);
    expect(leftOut).toMatchObject([{ kind: 'model', name: 'up/m', problems: [{ key: '' }] }]);
    expect(leftOut[0]?.problems[0]?.sentence).toContain('trestle.yaml says what is known of this model');
  });

  test('is left out, and told once, while its provider is not there or switched off', () => {
    for (const text of ['{}', 'providers: { up: false }']) {
      const { config, leftOut } = loaded(text, [set('up/m', { tools: true }, true)]);
      expect(config.overrides).toEqual([]);
      expect(leftOut).toMatchObject([{ kind: 'model', name: 'up/m', problems: [{ key: 'model.up/m' }] }]);
    }
  });
});
