import { expect, test } from 'bun:test';
import { type FakeToolsOptions, fakeTools, type Said } from '../../test/fakes/tools.ts';
import { Failure } from '../core/failure.ts';
import type { OutboundRequest } from '../core/ports.ts';
import { run } from './run.ts';

const config = `
providers:
  openai: { api_key: vendor-one }
  here: { type: openai-compatible, base_url: "http://127.0.0.1:9/v1", headers: { x-token: vendor-two } }
`;
/** A house in which everything is well. */
const well = ({ url, headers }: OutboundRequest): Said => {
  if (url.endsWith('/healthz')) return { pieces: ['alive\n'] };
  if (url.endsWith('/readyz')) return { pieces: ['ready\n'] };
  // Who cannot try providers leaves it to the doctor.
  if (url.includes('/admin/v1/providers')) return { status: 404 };
  const isVendor = url.includes('openai.com') || url.includes(':9/');
  if (isVendor && !JSON.stringify(headers).includes('vendor')) return { status: 401 };
  return { json: { data: [] }, headers: { date: new Date(0).toUTCString() } };
};

async function examined(options: FakeToolsOptions = {}, words: readonly string[] = []) {
  const fake = fakeTools({ files: { 'trestle.yaml': config }, answer: well, ...options });
  const code = await run(fake.tools, ['doctor', '--json', ...words]);
  const { ok, findings } = JSON.parse(fake.said[0] ?? '{}');
  const wrong: readonly string[] = findings
    .filter(({ state }: { state: string }) => state === 'mend')
    .map(({ about, says, remedy }: Record<string, string>) => `${about}: ${says} -> ${remedy}`);
  return { ...fake, code, ok, findings, wrong };
}

test('where everything is well nothing must be mended', async () => {
  const { code, ok, findings, sent, clock } = await examined();
  expect({ code, ok, timers: clock.pending() }).toEqual({ code: 0, ok: true, timers: 0 });
  expect(findings.map(({ about, state }: Record<string, string>) => `${about}: ${state}`)).toEqual([
    'configuration: good',
    'data: good',
    'disk: good',
    'clock: good',
    'server: good',
    'client key: good',
    'administrator key: good',
    'provider openai: good',
    'provider here: good',
  ]);
  // No model is asked.
  expect(sent.every(({ method, url }) => method === 'GET' && !url.includes('completions'))).toBeTrue();
});

test('each thing that is wrong is found, with what to do', async () => {
  const cases: readonly (readonly [FakeToolsOptions, RegExp])[] = [
    [
      { files: { 'trestle.yaml': 'lsiten: x' } },
      /^configuration: it cannot be used -> .*trestle\.yaml:1:1 {2}lsiten: .*did you mean listen/,
    ],
    [{ look: () => ({ kind: 'file', usable: true, open: false }) }, /^data: \.\/data is a file -> name a directory/],
    [
      { look: () => ({ kind: 'absent', usable: false, open: false }) },
      /^data: \.\/data is not there, and cannot be made by this user -> make it .*mkdir -p \.\/data/,
    ],
    [{ look: () => ({ kind: 'directory', usable: false, open: false }) }, /^data: \.\/data cannot be written/],
    [
      { look: (path) => ({ kind: 'directory', usable: true, open: path.endsWith('secret.key') }) },
      /^data: \.\/data\/secret\.key can be read by others -> chmod 600 \.\/data\/secret\.key/,
    ],
    [
      { look: (path) => ({ kind: 'directory', usable: !path.endsWith('trestle.db'), open: false }) },
      /^data: \.\/data\/trestle\.db cannot be written by this user -> run this as the user/,
    ],
    [{ freeBytes: 1e6 }, /^disk: 0 MB are free where \.\/data is -> make room/],
    [
      { look: () => ({ kind: 'directory', usable: true, open: false, changedAt: 3_600_000 }) },
      /^clock: it is 1970-01-01T00:00:00\.000Z here, before \.\/data was last written/,
    ],
    [
      { answer: (request) => ({ ...well(request), headers: { date: new Date(1_000_000).toUTCString() } }) },
      /^clock: .*1000 s behind the nearest of those asked -> set the clock/,
    ],
    [
      { answer: (request) => (request.url.endsWith('/healthz') ? { status: 404 } : well(request)) },
      /^server: what answers at http:\/\/127\.0\.0\.1:4141 is no Trestle \(status 404\) -> /,
    ],
    [
      {
        answer: (request) => (request.url.endsWith('/readyz') ? { status: 503, pieces: ['draining'] } : well(request)),
      },
      /^server: it runs at .*, but takes no calls: draining -> /,
    ],
    [
      {
        answer: (request) =>
          request.url.endsWith('/v1/models') && request.headers['authorization'] === 'Bearer tr-client'
            ? { status: 401 }
            : well(request),
      },
      /^client key: the server refuses it with status 401 -> .*trestle keys create/,
    ],
    [
      { answer: (request) => (request.url.includes('/admin/') ? { status: 404 } : well(request)) },
      /^administrator key: .*404 -> .*TRESTLE_ADMIN_URL/,
    ],
    [
      { answer: (request) => (request.url.includes('/admin/') ? { status: 403 } : well(request)) },
      /^administrator key: .*403 -> this is no administrator's key/,
    ],
    [
      { answer: (request) => (request.url.includes('openai.com') ? { status: 401 } : well(request)) },
      /^provider openai: openai at https:\/\/api\.openai\.com\/v1 refuses its credential with 401; .*OPENAI_API_KEY\. -> give openai a key/,
    ],
    [
      {
        answer: (request) => {
          if (request.url.includes(':9/'))
            throw new Failure('provider-unreachable', '127.0.0.1:9 refused the connection');
          return well(request);
        },
      },
      /^provider here: here cannot be reached at http:\/\/127\.0\.0\.1:9\/v1: 127\.0\.0\.1:9 refused the connection -> start what shall answer/,
    ],
  ];
  for (const [options, pattern] of cases) {
    const { code, wrong } = await examined(options);
    expect({ code, count: wrong.length }).toEqual({ code: 1, count: 1 });
    expect(wrong[0]).toMatch(pattern);
  }
});

test('who fails now is told with since when, by what calls have shown, though the credential is taken', async () => {
  const nothing = { last_success_at: null, last_failure: null, models: [] };
  const since = '2026-11-21T08:00:00.000Z';
  const last_failure = { kind: 'provider-overloaded', at: '2026-11-21T09:00:00.000Z' };
  const list = [
    { name: 'good', base_url: 'http://a', health: { state: 'healthy', since, ...nothing } },
    { name: 'idle', base_url: 'http://a', health: { state: 'unknown', ...nothing, since: null } },
    { name: 'off', base_url: 'http://a', disabled: true, health: { state: 'disabled', since, ...nothing } },
    { name: 'bad', base_url: 'http://a', health: { ...nothing, state: 'failing', since, last_failure } },
    {
      name: 'half',
      base_url: 'http://a',
      health: {
        ...{ ...nothing, state: 'healthy', since },
        models: [{ model: 'm', state: 'failing', last_success_at: '2026-11-21T08:30:00.000Z', last_failure }],
      },
    },
  ];
  const answer = (request: OutboundRequest): Said => {
    if (request.url.endsWith('/test')) return { json: { outcome: 'accepted', message: 'it takes the credential' } };
    return request.url.includes('/admin/v1/providers') ? { json: { data: list } } : well(request);
  };
  const { code, findings, wrong } = await examined({ answer });
  expect(code).toBe(1);
  expect(wrong).toEqual([
    'calls to bad: more than half of the newest fail now; none went well since 2026-11-21T08:00:00.000Z; the last failure, provider-overloaded, was at 2026-11-21T09:00:00.000Z -> trestle providers get bad shows of which models and how; trestle requests --provider bad --outcome failed, the calls that nobody else answered',
  ]);
  expect(findings.slice(-2)).toMatchObject([
    { about: 'calls to bad' },
    {
      about: 'calls to half/m',
      state: 'beware',
      says: expect.stringContaining('went well was at 2026-11-21T08:30:00.000Z'),
    },
  ]);
});

test('what a broken configuration does not say does not keep the rest from being looked at', async () => {
  const looked: string[] = [];
  const look = (path: string) => {
    looked.push(path);
    return { kind: 'directory', usable: true, open: false } as const;
  };
  const { findings } = await examined({ files: { 'trestle.yaml': 'lsiten: x' }, look }, [
    '--offline',
    '--data',
    'there',
  ]);
  expect(findings.map(({ about, state }: Record<string, string>) => `${about}: ${state}`)).toEqual([
    'configuration: mend',
    'data: good',
    'disk: good',
    'clock: good',
  ]);
  expect(looked[0]).toBe('there');
});

test('a provider that never answers is waited for fifteen seconds, and no timer remains', async () => {
  const silent = fakeTools({
    files: { 'trestle.yaml': config },
    answer: (request) => (request.url.includes('openai.com') ? gone(request) : well(request)),
  });
  const over = run(silent.tools, ['doctor']);
  for (let turn = 0; turn < 20; turn += 1) await Bun.sleep(1);
  await silent.clock.advance(15_000);
  expect(await over).toBe(1);
  expect(silent.said[0]).toContain('cannot be reached at https://api.openai.com/v1: no answer within 15000 ms');
  expect(silent.clock.pending()).toBe(0);
});

function gone({ signal }: OutboundRequest): Promise<Said> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

test('credentials go to their own provider alone and are never shown', async () => {
  const { sent, said } = await examined({ answer: (request) => ({ ...well(request), status: 401 }) });
  const seen = sent.map(({ url, headers }) => [new URL(url).host, JSON.stringify(headers)] as const);
  for (const [host, headers] of seen) {
    expect(headers.includes('vendor-one') && host !== 'api.openai.com').toBeFalse();
    expect(headers.includes('vendor-two') && host !== '127.0.0.1:9').toBeFalse();
  }
  expect(said.join()).not.toMatch(/vendor-|tr-client|tr-admin/);
});

test('offline asks nobody', async () => {
  const { sent, code } = await examined({}, ['--offline']);
  expect({ sent, code }).toEqual({ sent: [], code: 0 });
});

test('a server that runs is asked to try its own providers', async () => {
  const row = { type: 'openai', base_url: 'https://there', disabled: false, mistake: null };
  const data = [
    { ...row, name: 'fine' },
    { ...row, name: 'refused' },
    { ...row, name: 'off', disabled: true },
    { ...row, name: 'broken', mistake: 'its type is gone' },
    { ...row, name: 'sandbox', base_url: null },
  ];
  const answer = (request: OutboundRequest): Said => {
    const [, tested] = /providers\/(\w+)\/test$/.exec(request.url) ?? [];
    if (tested !== undefined)
      return { json: { outcome: tested === 'fine' ? 'accepted' : tested, message: `so ${tested}` } };
    return request.url.includes('/admin/v1/providers') ? { json: { data } } : well(request);
  };
  const { findings, sent } = await examined({ answer });
  const seen = findings
    .filter(({ about }: { about: string }) => about.startsWith('provider'))
    .map(({ about, state, says }: Record<string, string>) => `${about}: ${state}: ${says}`);
  expect(seen).toEqual([
    'provider fine: good: so fine',
    'provider refused: mend: so refused',
    'provider off: unknown: it is switched off: trestle providers enable off',
    'provider broken: mend: it is not in force: its type is gone',
  ]);
  expect(sent.filter(({ method }) => method === 'POST').map(({ url }) => url.replace(/.*providers/, ''))).toEqual([
    '/fine/test',
    '/refused/test',
  ]);
});

test('what the configuration leads to nowhere is told with the way out, and is nothing that must be mended', async () => {
  const message = 'only leads to up/a, which is switched off';
  const warnings = [{ place: 'trestle.yaml', key: 'models.only', message }];
  const answer = (request: OutboundRequest): Said =>
    request.url.endsWith('/admin/v1/config') ? { json: { warnings } } : well(request);
  const { code, findings } = await examined({ answer });
  expect(code).toBe(0);
  expect(findings.find(({ about }: { about?: unknown }) => about === 'models.only')).toEqual({
    about: 'models.only',
    state: 'beware',
    says: message,
    remedy:
      'it is set in trestle.yaml; trestle models list shows what is switched off, trestle models set MODEL --disabled false switches it on',
  });
});
