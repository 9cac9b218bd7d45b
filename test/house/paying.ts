import { expect } from 'bun:test';
import type { Json } from '../../src/core/json.ts';
import type { LimitOwner } from '../../src/core/limit.ts';
import type { BudgetStanding, RequestRecord } from '../../src/store/store.ts';
import type { Bill } from './honest-upstream.ts';
import { type Asking, adminKey, type TestHouse } from './house.ts';

/** A micro-dollar for a token in, two for one out: what `payingConfig` says. In nano-USD. */
export const inputPrice = 1_000n;
export const outputPrice = 2_000n;

export const payingConfig = `
retry: { attempts: 2, max_delay_ms: 1000 }
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", prices: { "*": { input: 1, output: 2 } }, models: { m: { context_window: 200000, max_output_tokens: 4000 }, short: {} } }
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential, prices: { "*": { input: 1, output: 2 } } }
  dear: { type: openai-compatible, base_url: "http://dear.invalid/v1", prices: { "*": { input: 100, output: 200 } } }
  unknown: { type: openai-compatible, base_url: "http://unknown.invalid/v1" }
models:
  two: { targets: [{ model: up/m }], fallback: [claude/claude-opus-4-5] }
  cheaper: { targets: [{ model: dear/m }], fallback: [up/m] }
`;

export function key(id: string): LimitOwner {
  return { kind: 'key', id };
}

/** Somebody with a key and budgets of its own. */
export interface Payer {
  readonly id: string;
  readonly key: string;
  ask(body: Json, asking?: Asking): Promise<Response>;
  /** Several budgets in the order in which they were given. */
  standings(): readonly BudgetStanding[];
}

export interface BudgetGiven {
  readonly limit_usd: string;
  readonly period?: string;
  readonly mode?: string;
  readonly window?: string;
  readonly timezone?: string;
  readonly end_user?: string;
  readonly tag?: string;
  readonly model?: string;
}

export async function payer(house: TestHouse, ...budgets: readonly BudgetGiven[]): Promise<Payer> {
  const given = budgets.map((budget) => ({ period: 'total', ...budget }));
  const { id, key } = await administer<{ id: string; key: string }>(house, 'POST /admin/v1/keys', {
    ...{ name: 'payer', role: 'client', budgets: given },
  });
  return {
    id,
    key,
    ask: (body, { headers, ...asking } = {}) =>
      house.ask(body, { ...asking, headers: { authorization: `Bearer ${key}`, ...headers } }),
    standings: () => house.store.holds.standings({ kind: 'key', id }),
  };
}

/** Asks the management API, by `METHOD /path`. */
export async function administer<T>(house: TestHouse, what: string, body: Json): Promise<T> {
  const [method = '', path = ''] = what.split(' ');
  const response = await house.ask(body, { path, method, headers: { authorization: `Bearer ${adminKey}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${what} answered ${response.status}: ${text}`);
  return text === '' ? (undefined as T) : (JSON.parse(text) as T);
}

export const hello = [{ role: 'user', content: 'Hello' }];

/** The body of a call of this many bytes, as the gateway reads it. */
export function asking(members: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  return { model: 'up/m', messages: hello, ...members };
}

/** The most that a call costs, by the words of the promise. */
export function worstCase(body: Json, tokens: number): bigint {
  return (BigInt(JSON.stringify(body).length) + 256n) * inputPrice + BigInt(tokens) * outputPrice;
}

export function billed(book: readonly Bill[]): bigint {
  return book.reduce((sum, { input, output }) => sum + BigInt(input) * inputPrice + BigInt(output) * outputPrice, 0n);
}

export function charged(records: readonly RequestRecord[]): bigint {
  return records.reduce((sum, { cost = 0n }) => sum + cost, 0n);
}

/** A number of nano-USD as people write it. */
export function usd(nano: bigint): string {
  return (Number(nano) / 1e9).toFixed(9);
}

/** After every run: no hold is left, every balance is what the entries say, and no hard one was ever passed. */
export async function expectBooksClosed(house: TestHouse, owner: LimitOwner): Promise<void> {
  await house.records();
  const { openHolds, differences } = await house.store.holds.verify();
  expect({ openHolds, differences }).toEqual({ openHolds: 0, differences: [] });
  for (const { budget, spent, reserved } of house.store.holds.standings(owner)) {
    expect(reserved).toBe(0n);
    if (budget.mode === 'hard') expect(spent).toBeLessThanOrEqual(budget.limit);
  }
}
