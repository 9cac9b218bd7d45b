import type { Loss } from '../../src/core/loss.ts';
import { providerKinds } from '../../src/providers/index.ts';
import { type AnswerProbe, answerProbes } from './answer-probes.ts';
import { anyAnswer, type Crossed, type Crossing, openCrossing } from './crossing.ts';
import { errorTable } from './error-table.ts';
import { compareFacts } from './facts/compare.ts';
import { covers, exactJson, objectOf } from './facts/exact-json.ts';
import type { Fact } from './facts/fact.ts';
import { type Probe, probes } from './probes.ts';
import { type Wire, type WireName, wires } from './wires.ts';

/** What became of one feature at one place. */
export type Verdict = string;
export const untold: Verdict = '·';

export interface Column {
  readonly title: string;
  readonly provider: string;
  readonly model: string;
}

export interface Table {
  readonly door: WireName;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly feature: string; readonly verdicts: readonly Verdict[] }[];
}

export interface Grid {
  readonly requests: readonly Table[];
  readonly answers: readonly Table[];
  readonly errors: readonly Table[];
}

/** Models by which a kind of provider is shown, where what they take differs. */
const models: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['claude-haiku-4-5', 'claude-opus-4-7'],
  openai: ['gpt-4.1', 'gpt-5'],
};

/** Every provider that is asked over the network. */
export const columns: readonly Column[] = providerKinds
  .filter(({ builtIn, operations }) => builtIn !== true && operations.chat !== undefined)
  .flatMap(({ name }) =>
    (models[name] ?? ['some-model']).map((model) => ({
      title: model === 'some-model' ? name : `${name} ${model}`,
      provider: name,
      model,
    })),
  );

/** Puts every feature to every provider through a house, at each door, and looks what arrives. */
export async function runGrid(): Promise<Grid> {
  const crossing = await openCrossing(anyAnswer, { config: configOf() });
  const doors = Object.values(wires);
  const requests = await eachInTurn(doors, (door) => requestTable(crossing, door));
  await crossing.house.close();
  return {
    requests,
    answers: await eachInTurn(doors, answerTable),
    errors: await eachInTurn(doors, errorTable),
  };
}

function configOf(): string {
  const kinds = [...new Set(columns.map(({ provider }) => provider))];
  const providers = kinds.map((kind) => [kind, { base_url: `http://${kind}.invalid`, api_key: 'vendor' }]);
  return JSON.stringify({ retry: { attempts: 1 }, providers: Object.fromEntries(providers) });
}

async function requestTable(crossing: Crossing, door: Wire): Promise<Table> {
  const asked = probes.filter((probe) => probe.asked[door.name] !== undefined);
  const rows = await eachInTurn(asked, async (probe) => ({
    feature: probe.feature,
    verdicts: await eachInTurn(columns, (column) => requestVerdict(crossing, door, { probe, column })),
  }));
  const counted = door.name === 'anthropic-messages' ? [await countRow(crossing, door)] : [];
  return { door: door.name, columns: columns.map(({ title }) => title), rows: [...rows, ...counted] };
}

/** How long a prompt is can be asked before it is sent, of whoever can count. */
async function countRow(crossing: Crossing, door: Wire): Promise<Table['rows'][number]> {
  const counter = { ...door, path: '/v1/messages/count_tokens' };
  const verdicts = await eachInTurn(columns, async ({ provider, model }) => {
    const { model: named, messages } = objectOf(door.question(`${provider}/${model}`, false));
    const { status, estimated } = await crossing.cross(counter, { model: named ?? '', messages: messages ?? [] });
    if (status !== 200) return `refused (${status})`;
    return estimated ? 'estimated' : '✓';
  });
  return { feature: 'count of tokens', verdicts };
}

interface Cell {
  readonly probe: Probe;
  readonly column: Column;
}

async function requestVerdict(crossing: Crossing, door: Wire, { probe, column }: Cell): Promise<Verdict> {
  const plain = door.question(`${column.provider}/${column.model}`, false);
  const body = { ...plain, ...probe.asked[door.name] };
  const base = await crossing.cross(door, plain);
  const crossed = await crossing.cross(door, body);
  if (crossed.sent === undefined) return `refused (${crossed.status})`;
  const source = door.requestFacts(objectOf(exactJson(JSON.stringify(body))));
  const demanded = compareFacts(source, door.requestFacts(plain)).missing.filter(
    ({ kind }) => probe.kinds?.includes(kind) ?? true,
  );
  const target = spokenAt(crossed.sent.url).requestFacts(crossed.sent.body);
  const missing = compareFacts(source, target).missing.filter((fact) => demanded.includes(fact));
  return verdictOf(missing, crossed, base);
}

function spokenAt(url: string): Wire {
  return url.includes('/messages') ? wires['anthropic-messages'] : wires['openai-chat'];
}

function verdictOf(missing: readonly Fact[], crossed: Crossed, base: Crossed): Verdict {
  const emulations = crossed.emulations.filter(({ path }) => !base.emulations.some((one) => one.path === path));
  const emulated = missing.every(({ at }) => emulations.some(({ path }) => covers(path, at) || covers(at, path)));
  const told = [...new Set(crossed.lost.filter(({ path }) => !path.startsWith('answer.')).map(reasonOf))];
  const whys = told.filter((why) => !base.lost.map(reasonOf).includes(why));
  // A model that never reasons need not be told not to.
  if (whys.length === 0 && missing.length > 0 && missing.every(({ value }) => value === 'off'))
    return '✓ (it never does)';
  if (missing.length > 0 && !emulated) return whys.length === 0 ? 'LOST UNTOLD' : lostFor(whys);
  if (emulations.length > 0) return `emulated (${[...new Set(emulations.map(({ how }) => how))].join(', ')})`;
  return whys.length === 0 ? '✓' : `✓ (told: ${whys.join(', ')})`;
}

/** A reason is worth telling where it is more than that there is no such member. */
function lostFor(whys: readonly string[]): Verdict {
  const reasons = whys.filter((why) => !why.endsWith(' unsupported') && why !== 'empty');
  return reasons.length === 0 ? 'lost' : `lost (${reasons.join(', ')})`;
}

/** The reason of a loss; of a mere member without a word, which one. */
function reasonOf({ path, why }: Loss): string {
  return why === 'unsupported'
    ? `${path
        .split('.')
        .at(-1)
        ?.replaceAll(/\[\d+\]/g, '')} unsupported`
    : why;
}

async function answerTable(door: Wire): Promise<Table> {
  const vendors = Object.values(wires);
  const rows = await eachInTurn(answerProbes, async (probe) => ({
    feature: probe.feature,
    verdicts: await eachInTurn(vendors, (vendor) => answerVerdict(door, vendor, probe)),
  }));
  return { door: door.name, columns: vendors.map(({ name }) => `vendors of ${name}`), rows };
}

async function answerVerdict(door: Wire, vendor: Wire, probe: AnswerProbe): Promise<Verdict> {
  const answer = probe.told[vendor.name];
  if (answer === undefined) return untold;
  const pieces = [JSON.stringify(answer)];
  const crossing = await openCrossing(() => ({ headers: { 'content-type': 'application/json' }, pieces }));
  const provider = vendor.name === 'openai-chat' ? 'gpt' : 'claude';
  const { status, text, lost } = await crossing.cross(door, door.question(`${provider}/some-model`, false));
  await crossing.house.close();
  if (status !== 200) return `refused (${status})`;
  const source = vendor.answerFacts(objectOf(answer)).filter(({ kind }) => probe.kinds.includes(kind));
  const target = door.answerFacts(objectOf(exactJson(text)));
  const missing = compareFacts(source, target).missing.filter((fact) => !isCarried(fact, text));
  const whys = [...new Set(lost.map(({ why }) => why))];
  if (missing.length === 0) return source.some((fact) => isCarried(fact, text)) ? 'carried' : '✓';
  return whys.length === 0 ? 'LOST UNTOLD' : 'lost';
}

/** Whether a seal of ours, in an id or a signature, has it. */
function isCarried({ kind, value }: Fact, text: string): boolean {
  const seals = [...text.matchAll(/~tr1~([\w-]+)/g)].map(([, seal = '']) => Buffer.from(seal, 'base64url').toString());
  return kind === 'seal' && seals.some((one) => one.includes(value));
}

async function eachInTurn<T, Result>(all: readonly T[], act: (one: T) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const one of all) results.push(await act(one));
  return results;
}
