import { expect, test } from 'bun:test';
import { type FakeToolsOptions, fakeTools } from '../../test/fakes/tools.ts';
import { run } from './run.ts';

async function done(words: readonly string[], options: FakeToolsOptions = {}) {
  const fake = fakeTools(options);
  return { ...fake, code: await run(fake.tools, words) };
}

test('a configuration that can be used is said to be, one that cannot with everything that is wrong', async () => {
  const good = await done(['config', 'check'], { files: { 'trestle.yaml': 'models: { fast: sandbox/echo }' } });
  expect({ code: good.code, said: good.said }).toEqual({
    code: 0,
    said: ['trestle.yaml can be used.\n  providers: sandbox\n  aliases:   fast'],
  });
  const bad = await done(['config', 'check', 'other.yaml'], { files: { 'other.yaml': 'lsiten: 1' } });
  expect({ code: bad.code, said: bad.said }).toEqual({ code: 2, said: [] });
  expect(bad.complaints[0]).toContain('other.yaml:1:1  lsiten: there is no such key; did you mean listen?');
  const scripts = await done(['config', 'check', '--config', 'other.yaml', '--json'], {
    files: { 'other.yaml': 'lsiten: 1' },
  });
  expect(JSON.parse(scripts.said[0] ?? '')).toMatchObject({
    ok: false,
    problems: [{ place: 'other.yaml:1:1', key: 'lsiten' }],
  });
});

test('an import is printed with what has no equivalent beside it, or written where there is no file yet', async () => {
  const files = { 'config.yaml': 'model_list:\n  - { model_name: a, litellm_params: { model: groq/llama, rpm: 3 } }' };
  const printed = await done(['import', 'litellm', 'config.yaml'], { files });
  expect(printed.code).toBe(0);
  expect(printed.said[0]).toContain('a: "groq/llama"');
  expect(printed.complaints[0]).toContain(
    'config.yaml:2:59  model_list[0].litellm_params.rpm: limits are set for keys',
  );
  const written = await done(['import', 'litellm', 'config.yaml', '--out', 'trestle.yaml'], { files });
  expect([written.said, written.written.get('trestle.yaml')]).toEqual([[], `${printed.said[0]}\n`]);
  const piped = await done(['import', 'portkey', '-', '--name', 'mine', '--json'], {
    input: '{"provider":"openai","api_key":"abc","override_params":{"model":"gpt-5"}}',
  });
  expect(JSON.parse(piped.said[0] ?? '').config).toContain('mine: "openai/gpt-5"');
});

test('an import that cannot be read is exit 2', async () => {
  const cases: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
    [['import', 'litelm', 'x'], /say where from: litellm or portkey; did you mean litellm\?/],
    [['import', 'litellm'], /import litellm takes one file/],
    [['import', 'litellm', 'none.yaml'], /there is no file none\.yaml\./],
    [['import', 'litellm', 'bad.yaml'], /bad\.yaml:1:\d+ /],
    [['import', 'portkey', 'bad.yaml'], /bad\.yaml {2}this is no JSON/],
  ];
  for (const [words, complaint] of cases) {
    const { code, complaints, said } = await done(words, { files: { 'bad.yaml': 'a: [' } });
    expect({ code, said }).toEqual({ code: 2, said: [] });
    expect(complaints[0]).toMatch(complaint);
  }
});

test('texts are embedded, and people see how many numbers came back', async () => {
  const json = { data: [{ index: 0, embedding: [0.1, -0.25, 3, 4, 5] }], usage: { prompt_tokens: 2 } };
  const headers = {
    'x-trestle-provider': 'sandbox',
    'x-trestle-model': 'embed',
    'x-trestle-cost-usd': '0.001',
    'x-request-id': 'req_1',
  };
  const { said, complaints, sent, code } = await done(['embed', 'a text', '--dimensions', '5'], {
    answer: () => ({ json, headers }),
  });
  expect({ code, said, complaints }).toEqual({
    code: 0,
    said: ['text    dimensions  vector\na text           5  [0.1000, -0.2500, 3.0000, 4.0000, …]'],
    complaints: ['2 tokens · 0.001 USD · sandbox/embed · req_1'],
  });
  expect(JSON.parse(new TextDecoder().decode(sent[0]?.body))).toEqual({
    model: 'sandbox/embed',
    input: ['a text'],
    encoding_format: 'float',
    dimensions: 5,
  });
  const piped = await done(['embed', '--json'], { input: 'one\ntwo\n', answer: () => ({ json }) });
  expect(JSON.parse(new TextDecoder().decode(piped.sent[0]?.body)).input).toEqual(['one', 'two']);
});

test('the OpenAPI document is given as the server has it, without a key', async () => {
  const json = { openapi: '3.1.0', paths: {} };
  const { said, code } = await done(['openapi'], { answer: () => ({ json }), environment: { TRESTLE_ADMIN_KEY: '' } });
  expect({ code, said }).toEqual({ code: 0, said: [JSON.stringify(json)] });
});

test('a shell that nobody wrote completion for is told which there are', async () => {
  const { code, complaints } = await done(['completion', 'tcsh']);
  expect({ code, complaints }).toEqual({
    code: 2,
    complaints: ['trestle: there is no completion for "tcsh"; there is bash, zsh and fish.'],
  });
});
