import { expect, test } from 'bun:test';
import { fakeDigest } from '../test/fakes/surroundings.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import type { Kept } from './core/ports.ts';
import { lastConfig } from './last-config.ts';
import { providerKinds } from './providers/index.ts';

function memory(): Kept & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return { texts, read: (name) => texts.get(name), write: async (name, text) => void texts.set(name, text) };
}

function config(text: string): Config {
  return loadConfig({ flags: {}, environment: {}, readFile: () => text, kinds: providerKinds });
}

const provider = (credential: string, more = ''): string =>
  `providers: { up: { type: openai, api_key: "${credential}", prices: { m: { input: 0.1 } } } }\n${more}`;

test('nobody knows of a change before something was kept, and the same again is none', async () => {
  const last = lastConfig(memory(), fakeDigest);
  const first = config(provider('one'));
  expect(last.changeTo(first)).toBeUndefined();
  await last.keep(first);
  expect(last.changeTo(config(provider('one')))).toBeUndefined();
});

test('what is other is told by its name, a secret too, and no secret is kept', async () => {
  const kept = memory();
  const last = lastConfig(kept, fakeDigest);
  await last.keep(config(provider('canary-credential')));
  expect(last.changeTo(config(provider('canary-credential', 'retry: { attempts: 7 }')))).toBe('retry is changed');
  expect(last.changeTo(config(provider('another')))).toBe('the credential of up is changed');
  expect(last.changeTo(config('{}'))).toBe('providers.up is gone, the credential of up is gone');
  expect([...kept.texts.values()].join()).not.toContain('canary-credential');
});

test('what cannot be read is as if nothing had been kept', async () => {
  const kept = memory();
  await kept.write('configuration.json', '{"settings":');
  expect(lastConfig(kept, fakeDigest).changeTo(config('{}'))).toBeUndefined();
});
