import { expect, test } from 'bun:test';
import { type HandClock, handClock } from '../../test/fakes/hand-clock.ts';
import { type FakeAnswer, fakeUpstream } from '../../test/house/fake-upstream.ts';
import type { OutboundRequest } from '../core/ports.ts';
import { secret } from '../core/secret.ts';
import { entra } from './entra.ts';
import type { Identity, Signer } from './provider.ts';

const application: Identity = {
  kind: 'application',
  tenantId: 'contoso',
  clientId: 'app-1',
  clientSecret: secret('canary-of-the-app'),
};

const minute = 60_000;
const ever = new AbortController().signal;

/** Gives out tokens that last an hour, numbered, unless told otherwise. */
function signing(
  identity: Identity,
  answer: (count: number) => FakeAnswer = numbered,
): { signer: Signer; clock: HandClock; sent: readonly OutboundRequest[] } {
  const clock = handClock();
  const http = fakeUpstream(() => answer(http.sent.length));
  return { signer: entra(identity, { http, clock }), clock, sent: http.sent };
}

function numbered(count: number): FakeAnswer {
  return json({ token_type: 'Bearer', access_token: `token-${count}`, expires_in: 3_600 });
}

function json(body: object, status = 200): FakeAnswer {
  return { status, headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(body)] };
}

test('an application shows its secret to Entra ID, and only the token to the provider', async () => {
  const { signer, sent } = signing(application);
  expect(await signer.headers(ever)).toEqual({ authorization: 'Bearer token-1' });
  const [request] = sent;
  expect([request?.method, request?.url]).toEqual([
    'POST',
    'https://login.microsoftonline.com/contoso/oauth2/v2.0/token',
  ]);
  expect(Object.fromEntries(new URLSearchParams(new TextDecoder().decode(request?.body)))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'app-1',
    client_secret: 'canary-of-the-app',
    scope: 'https://cognitiveservices.azure.com/.default',
  });
  expect(signer.secrets()).toEqual(['canary-of-the-app', 'token-1']);
});

test('a machine asks at the place that it was told, or at the usual one', async () => {
  const usual = signing({ kind: 'machine', clientId: 'id-1' });
  await usual.signer.headers(ever);
  expect(usual.sent.map(({ method, url, headers }) => [method, url, headers])).toEqual([
    [
      'GET',
      'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=id-1',
      { metadata: 'true' },
    ],
  ]);
  const told = signing({
    kind: 'machine',
    endpoint: { url: 'http://127.0.0.1:41/msi/token', header: secret('canary') },
  });
  await told.signer.headers(ever);
  expect(told.sent.map(({ url, headers }) => [url, headers])).toEqual([
    [
      'http://127.0.0.1:41/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices.azure.com',
      { 'x-identity-header': 'canary' },
    ],
  ]);
});

test('a token is asked for once for all who wait, and again before its end while calls still go with the old one', async () => {
  const { signer, clock, sent } = signing(application);
  const both = await Promise.all([signer.headers(ever), signer.headers(ever)]);
  expect(both.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-1']);
  await clock.advance(54 * minute);
  await signer.headers(ever);
  expect(sent.length).toBe(1);
  await clock.advance(2 * minute);
  expect((await signer.headers(ever))['authorization']).toBe('Bearer token-1');
  await clock.advance(0);
  expect((await signer.headers(ever))['authorization']).toBe('Bearer token-2');
  expect(sent.length).toBe(2);
});

test('a renewal that fails is tried again after a while, and refuses calls only when the token is over', async () => {
  const { signer, clock, sent } = signing(application, (count) => (count === 1 ? numbered(1) : json({}, 503)));
  await signer.headers(ever);
  await clock.advance(56 * minute);
  for (let call = 0; call < 3; call += 1) {
    expect((await signer.headers(ever))['authorization']).toBe('Bearer token-1');
    await clock.advance(1_000);
  }
  expect(sent.length).toBe(2);
  await clock.advance(5 * minute);
  await expect(signer.headers(ever)).rejects.toMatchObject({ kind: 'provider-overloaded' });
});

test('a refused identity is told by its number alone, without what was sent', async () => {
  const description = "AADSTS7000215: Invalid client secret provided: 'canary-of-the-app'. Trace ID: 1";
  const { signer } = signing(application, () => json({ error: 'invalid_client', error_description: description }, 401));
  await expect(signer.headers(ever)).rejects.toMatchObject({
    kind: 'provider-credential-refused',
    message:
      'Microsoft Entra ID gives no token to this identity (AADSTS7000215); check tenant_id, client_id and client_secret, or the managed identity and its role.',
  });
});

test('who leaves does not take the token away from others who wait for it', async () => {
  const leaving = new AbortController();
  const { signer } = signing(application);
  const [left, stayed] = [signer.headers(leaving.signal), signer.headers(ever)];
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(await stayed).toEqual({ authorization: 'Bearer token-1' });
});

test('an answer without a token is no token', async () => {
  for (const body of [{}, { access_token: 'a b' }, { access_token: 7 }]) {
    const { signer } = signing(application, () => json(body));
    await expect(signer.headers(ever)).rejects.toMatchObject({ kind: 'provider-garbled' });
  }
});
