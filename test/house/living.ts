import { modelLists } from '../../src/catalog/model-lists.ts';
import { Failure } from '../../src/core/failure.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { fakeKept } from '../fakes/kept.ts';
import { type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type TestHouse, type TestHouseOptions, testHouse } from './house.ts';

/** Who listens where, and what it lists; a name that is not there cannot be reached. */
export type Machines = Map<string, object | string>;

const opened: TestHouse[] = [];

export async function closeHouses(): Promise<void> {
  for (const house of opened.splice(0)) await house.close();
}

interface Living extends TestHouse {
  readonly http: FakeUpstream;
}

/** A house that asks for lists, on a clock that goes by hand. */
export async function living(
  machines: Machines,
  config = '{}',
  texts: Map<string, string> = new Map(),
): Promise<Living> {
  const http = fakeUpstream((request) => answered(machines, request));
  const house = await opening({
    http,
    config,
    change: (parts) => ({ ...parts, lists: modelLists({ ...parts, kept: fakeKept(texts) }) }),
  });
  await house.clock.advance(0);
  return { ...house, http };
}

/** A house that is closed with the others. */
export async function opening(options: TestHouseOptions): Promise<TestHouse> {
  const house = await testHouse(options);
  opened.push(house);
  return house;
}

function answered(machines: Machines, request: OutboundRequest): FakeAnswer {
  const { host } = new URL(request.url);
  const there = machines.get(host);
  if (there === undefined) throw new Failure('provider-unreachable', `${host} cannot be reached.`);
  if (request.method === 'POST') return goodAnswer(request);
  return {
    headers: { 'content-type': 'application/json' },
    pieces: [typeof there === 'string' ? there : JSON.stringify(there)],
  };
}

export const list = (...ids: readonly string[]): object => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model' })),
});

export async function listed({ ask }: TestHouse): Promise<readonly string[]> {
  const response = await ask({}, { path: '/v1/models', method: 'GET' });
  const { data } = (await response.json()) as { data: readonly { id: string }[] };
  return data.map(({ id }) => id).filter((id) => !id.startsWith('sandbox/'));
}

export const hello = (model: string): { model: string; messages: { role: string; content: string }[] } => ({
  model,
  messages: [{ role: 'user', content: 'Hello' }],
});
