import { describe, expect, test } from 'bun:test';
import { Failure } from '../../core/failure.ts';
import type { Budget, LimitOwner } from '../../core/limit.ts';
import { bareEntry } from '../contract-examples.ts';
import type { Entry } from '../store.ts';
import { Accounts } from './accounts.ts';
import { LedgerTime } from './ledger-time.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const entry: Entry = { ...bareEntry, attempt: 1, provider: 'up', model: 'm', endUser: 'ann', tags: ['nightly'] };
const dollar = 1_000_000_000n;

describe('a refusal for want of money', () => {
  test('names whose budget it is, by name and id, what is spent and held since when, and when more is free', () => {
    expect(refused({ period: 'day', timezone: 'Europe/Berlin' }, { spent: 3n, held: 1n })).toBe(
      'The budget of project "web shop" (proj_1), $5 a day, does not pay for this call: since 2026-11-20T23:00:00.000Z $3 is spent and $1 is held for calls under way. More is free at 2026-11-21T23:00:00.000Z, and as calls under way end that use less than is held for them; until then ask for less, or have the budget raised.',
    );
  });

  test('of a rolling window tells when the first of what is spent counts no more', () => {
    expect(refused({ period: 'hour', window: 'rolling' }, { spent: 5n })).toBe(
      'The budget of project "web shop" (proj_1), $5 in any hour, does not pay for this call: $5 is spent and $0 is held for calls under way. More is free at 2026-11-21T13:00:15.000Z; until then ask for less, or have the budget raised.',
    );
  });

  test('of a budget in all promises nothing that time would bring', () => {
    expect(refused({}, { spent: 5n })).toEndWith(
      '$5 in all, does not pay for this call: $5 is spent and $0 is held for calls under way. Ask for less, or have the budget raised.',
    );
    expect(refused({}, { held: 5n })).toEndWith(
      '$0 is spent and $5 is held for calls under way. More is free as calls under way end that use less than is held for them; until then ask for less, or have the budget raised.',
    );
  });

  test.each([
    [{ endUser: '*' }, 'for the end user "ann", $5'],
    [{ endUser: 'ann' }, 'for the end user "ann", $5'],
    [{ tag: '*', model: 'up/m' }, 'for the tag "nightly" for the model "up/m", $5'],
    [{ endUser: '*', model: '*' }, 'for the end user "ann" for the model "up/m", $5'],
  ] as const)('says which calls the budget is about: %j', (match, words) => {
    expect(refused({ match }, { spent: 5n })).toContain(`The budget of project "web shop" (proj_1) ${words}`);
  });

  test('names by the id alone whom nobody names', () => {
    expect(refused({}, { spent: 5n }, '')).toStartWith('The budget of project proj_1, $5 in all,');
  });
});

const owner: LimitOwner = { kind: 'project', id: 'proj_1' };
const usual: Budget = {
  ...{ id: 'bud_1', limit: 5n * dollar, period: 'total', window: 'calendar', timezone: 'UTC', mode: 'hard', match: {} },
  createdAt: 0,
};

interface Before {
  readonly spent?: bigint;
  readonly held?: bigint;
}

/** The words for a call that comes after so much was spent and so much is held, in dollars. */
function refused(changes: Partial<Budget>, { spent = 0n, held = 0n }: Before, name = named): string {
  const time = new LedgerTime({ now: () => noon, monotonic: () => 0, after: () => () => undefined });
  const budgets = [{ ...usual, ...changes }];
  const limits = [
    { owner: { kind: 'key', id: 'key_1' }, name: 'no budget', budgets: [], rates: [] },
    { owner, ...(name !== '' && { name }), budgets, rates: [] },
  ] as const;
  const accounts = new Accounts({ time, budgetsOf: () => limits });
  accounts.charge(entry, time.now(), spent * dollar);
  accounts.place({ entry, fit: () => held * dollar });
  try {
    accounts.place({ entry, fit: () => undefined });
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'budget-exhausted') return thrown.message;
    throw thrown;
  }
  throw new Error('it was paid for');
}

const named = 'web shop';
