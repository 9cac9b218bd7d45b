import { expect, test } from 'bun:test';
import { asFailure } from '../core/failure.ts';
import type { OpenPlace } from '../core/ports.ts';
import { isPublic } from './guarded-address.ts';
import { type PlaceRules, placeOfUrl } from './guarded-place.ts';
import { notPublic } from './guarded-refusal.ts';
import { readUrl } from './guarded-url.ts';

/** A name service that knows these names; whoever asks twice gets the next answer. */
function resolving(
  known: Readonly<Record<string, readonly (readonly string[])[]>>,
): PlaceRules & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<readonly string[]> => {
    const turn = asked.filter((other) => other === name).length;
    asked.push(name);
    const answers = known[name];
    if (answers === undefined) throw Object.assign(new Error('ENOTFOUND of the resolver'), { code: 'ENOTFOUND' });
    return answers[turn] ?? answers.at(-1) ?? [];
  };
  return { resolve, asked, allow: [], isPublic, ports: [80, 443] };
}

async function outcome(text: string, rules: PlaceRules): Promise<unknown> {
  return await placeOfUrl(readUrl(text), rules).then(
    ({ addresses, permitted }) => ({ addresses, permitted }),
    (thrown) => asFailure(thrown).message,
  );
}

const known = {
  'files.example': [['93.184.215.14', '2606:2800:21f:cb07::1']],
  'mixed.example': [['93.184.215.14', '10.0.0.1']],
  'mixed-six.example': [['2606:2800:21f:cb07::1', '::ffff:127.0.0.1']],
  'chained.example': [['127.0.0.1']],
  'empty.example': [[]],
  'garbage.example': [['93.184.215.14', 'localhost']],
  'zoned.example': [['2606:2800::1%lo']],
  'rebound.example': [['93.184.215.14'], ['127.0.0.1']],
  'inner.corp': [['10.0.0.7']],
  'a.two.example': [['10.0.0.7']],
  'two.example': [['10.0.0.7', '192.168.0.1']],
};

test('a public name is open at the usual ports, and is asked for once', async () => {
  const rules = resolving(known);
  expect(await outcome('https://files.example/a', rules)).toEqual({
    addresses: known['files.example'][0],
    permitted: false,
  });
  expect(await outcome('http://files.example./a', rules)).toEqual({
    addresses: known['files.example'][0],
    permitted: false,
  });
  expect(rules.asked).toEqual(['files.example', 'files.example']);
  expect(await outcome('https://files.example:8443/a', rules)).toBe('port 8443 is not one of 80 and 443');
  expect(await outcome('http://93.184.215.14/', rules)).toEqual({ addresses: ['93.184.215.14'], permitted: false });
  expect(rules.asked).toHaveLength(2);
});

test('one private address among the answers refuses the name, in the words in which an unknown one is refused', async () => {
  const names = ['mixed', 'mixed-six', 'chained', 'empty', 'garbage', 'zoned', 'unknown'];
  const said = await Promise.all(names.map((name) => outcome(`http://${name}.example/`, resolving(known))));
  expect(said).toEqual(names.map(() => notPublic));
});

test('a name that turns private is refused when it is looked at anew', async () => {
  const rules = resolving(known);
  expect(await outcome('http://rebound.example/', rules)).toMatchObject({ addresses: ['93.184.215.14'] });
  expect(await outcome('http://rebound.example/', rules)).toBe(notPublic);
});

test('private names are not even asked for', async () => {
  const rules = resolving({ localhost: [['93.184.215.14']], redis: [['93.184.215.14']] });
  for (const name of ['localhost', 'redis', 'x.localhost.', 'a.local', 'metadata.google.internal', 'metadata.goog']) {
    expect(await outcome(`http://${name}/`, rules)).toBe(notPublic);
  }
  expect(rules.asked).toEqual([]);
});

test('an opened range opens its addresses under any name, at the usual ports or its own', async () => {
  const allow: readonly OpenPlace[] = [{ address: '10.0.0.0', prefix: 8 }];
  const rules = { ...resolving(known), allow };
  expect(await outcome('http://inner.corp/', rules)).toEqual({ addresses: ['10.0.0.7'], permitted: true });
  expect(await outcome('http://10.9.9.9/', rules)).toEqual({ addresses: ['10.9.9.9'], permitted: true });
  expect(await outcome('http://mixed.example/', rules)).toMatchObject({ permitted: true });
  expect(await outcome('http://files.example/', rules)).toMatchObject({ permitted: false });
  expect(await outcome('http://two.example/', rules)).toBe(notPublic);
  expect(await outcome('http://[::ffff:10.0.0.7]/', rules)).toBe(notPublic);
  expect(await outcome('http://inner.corp:8080/', rules)).toBe(notPublic);
  const odd = { ...rules, allow: [{ address: '10.0.0.0', prefix: 8, port: 8080 }] };
  expect(await outcome('http://inner.corp:8080/', odd)).toMatchObject({ permitted: true });
  expect(await outcome('http://inner.corp/', odd)).toBe(notPublic);
  expect(await outcome('http://files.example:8080/', odd)).toBe('port 8080 is not one of 80 and 443');
});

test('an opened name is open wherever it leads to, and no other name with it', async () => {
  const allow: readonly OpenPlace[] = [{ host: 'two.example' }, { host: 'files.example', port: 8443 }];
  const rules = { ...resolving(known), allow };
  expect(await outcome('http://two.example/', rules)).toMatchObject({ permitted: true });
  expect(await outcome('http://TWO.example./', rules)).toMatchObject({ permitted: true });
  expect(await outcome('http://a.two.example/', rules)).toBe(notPublic);
  expect(await outcome('http://inner.corp/', rules)).toBe(notPublic);
  expect(await outcome('http://192.168.0.1/', rules)).toBe(notPublic);
  expect(await outcome('https://files.example:8443/', rules)).toMatchObject({ permitted: true });
  const odd = { ...rules, allow: [{ host: 'garbage.example' }, { host: 'zoned.example' }, { host: 'empty.example' }] };
  for (const name of ['garbage', 'zoned', 'empty']) {
    expect(await outcome(`http://${name}.example/`, odd)).toBe(notPublic);
  }
  expect(await outcome('https://files.example:8444/', rules)).toBe('port 8444 is not one of 80 and 443');
});
