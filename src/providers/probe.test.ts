import { expect, test } from 'bun:test';
import { Failure } from '../core/failure.ts';
import type { Clock, HttpClient, InboundResponse, OutboundRequest } from '../core/ports.ts';
import { secret } from '../core/secret.ts';
import { azureOpenai } from './azure-openai.ts';
import { configure } from './configure.ts';
import { openai } from './openai.ts';
import { probe } from './probe.ts';
import type { Provider } from './provider.ts';

const credential = 'a-credential-4711';
const clock: Clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };

async function probed(
  answer: (request: OutboundRequest) => number,
  { kind = openai, key = credential }: { readonly kind?: Provider; readonly key?: string } = {},
) {
  const http: HttpClient = {
    async send(request) {
      const cancel = (): void => undefined;
      return { status: answer(request), pieces: () => ({ cancel }) } as unknown as InboundResponse;
    },
  };
  const entry = {
    name: 'up',
    kind,
    baseUrl: 'http://up.invalid/v1',
    ...(key === '' ? {} : { credential: secret(key) }),
  };
  return await probe(configure(entry, { http, clock }), clock);
}

const strict = ({ headers }: OutboundRequest): number =>
  headers['authorization'] === `Bearer ${credential}` ? 200 : 401;

test('a credential that the vendor takes is accepted', async () => {
  expect(await probed(strict)).toMatchObject({ outcome: 'accepted', status: 200 });
});

test.each([401, 403])(
  'one that the vendor refuses with %p is refused, with what to do and without being shown',
  async (status) => {
    const found = await probed(() => status);
    expect(found.message).toContain('OPENAI_API_KEY');
    expect(found.message).not.toContain(credential);
    expect(found).toMatchObject({ outcome: 'refused', status });
  },
);

test('a list that is open to everybody says nothing of the credential', async () => {
  expect(await probed(() => 200)).toMatchObject({
    outcome: 'undecided',
    message: expect.stringContaining('to everybody'),
  });
});

test('who has no credential and needs none is accepted', async () => {
  expect(await probed(() => 200, { key: '' })).toMatchObject({ outcome: 'accepted' });
});

test.each([404, 405, 429, 500])('%p says nothing of the credential', async (status) => {
  expect(await probed(() => status)).toMatchObject({ outcome: 'undecided', status });
});

test('a vendor without a list is not asked for one', async () => {
  expect(await probed(() => 200, { kind: azureOpenai })).toMatchObject({ outcome: 'undecided' });
});

test('who is not there is unreachable, in words', async () => {
  const away = (): never => {
    throw new Failure('provider-unreachable', 'nobody listens.');
  };
  expect(await probed(away)).toMatchObject({
    outcome: 'unreachable',
    message: 'up cannot be reached at http://up.invalid/v1: nobody listens.',
  });
});
