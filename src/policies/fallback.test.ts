import { describe, expect, test } from 'bun:test';
import { fakeCall, fakeJournal, fakeReply, targetA, targetB } from '../../test/fakes/calls.ts';
import type { Targeted } from '../core/call.ts';
import { Failure, type FailureKind } from '../core/failure.ts';
import { fallback } from './fallback.ts';

const plan = { targets: [targetA, targetB] } as const;
const journal = fakeJournal();

/** Targets that fail with these kinds in turn, and answer once the kinds are used up. */
function failing(kinds: readonly FailureKind[]) {
  const asked: string[] = [];
  const handle = fallback()(async (call: Targeted) => {
    asked.push(call.target.provider);
    const kind = kinds[asked.length - 1];
    if (kind !== undefined) throw new Failure(kind, `${call.target.provider} says ${kind}`);
    return fakeReply();
  });
  return { asked, handle };
}

describe('fallback', () => {
  test('asks the first target alone while it answers', async () => {
    const { asked, handle } = failing([]);
    await handle({ ...fakeCall(), journal, plan });
    expect(asked).toEqual(['a']);
  });

  test.each([
    'provider-failed',
    'provider-rate-limited',
    'provider-timeout',
    'provider-credential-refused',
    'provider-garbled',
  ] as const)('moves on after %s, which is the provider’s doing', async (kind) => {
    const { asked, handle } = failing([kind]);
    await handle({ ...fakeCall(), journal, plan });
    expect(asked).toEqual(['a', 'b']);
  });

  test.each(['provider-refused', 'request-invalid', 'caller-gone', 'deadline-exceeded', 'gateway-broken'] as const)(
    'does not move on after %s, which would be the same anywhere',
    async (kind) => {
      const { asked, handle } = failing([kind]);
      await expect(handle({ ...fakeCall(), journal, plan })).rejects.toMatchObject({ kind });
      expect(asked).toEqual(['a']);
    },
  );

  test('tells the last target’s failure when none answers', async () => {
    const { asked, handle } = failing(['provider-failed', 'provider-overloaded']);
    await expect(handle({ ...fakeCall(), journal, plan })).rejects.toMatchObject({ kind: 'provider-overloaded' });
    expect(asked).toEqual(['a', 'b']);
  });

  test('moves on from a target that a strict caller’s request loses something on', async () => {
    const { asked, handle } = failing(['request-lossy']);
    await handle({ ...fakeCall(), journal, plan });
    expect(asked).toEqual(['a', 'b']);
  });

  test('tells what the preferred target would have lost when all of them lose something', async () => {
    const { asked, handle } = failing(['request-lossy', 'request-lossy']);
    await expect(handle({ ...fakeCall(), journal, plan })).rejects.toMatchObject({ message: 'a says request-lossy' });
    expect(asked).toEqual(['a', 'b']);
  });

  test('tells what failed rather than what would have been lost', async () => {
    const { handle } = failing(['request-lossy', 'provider-failed', 'request-lossy']);
    const three = { targets: [targetA, targetB, targetA] } as const;
    await expect(handle({ ...fakeCall(), journal, plan: three })).rejects.toMatchObject({
      message: 'b says provider-failed',
    });
    const other = failing(['request-lossy', 'provider-failed']);
    await expect(other.handle({ ...fakeCall(), journal, plan })).rejects.toMatchObject({
      message: 'b says provider-failed',
    });
  });

  test.each(['budget-exhausted', 'price-unknown', 'input-unmeasured'] as const)(
    'moves on after %s, for another target may cost less',
    async (kind) => {
      const { asked, handle } = failing([kind]);
      await handle({ ...fakeCall(), journal, plan });
      expect(asked).toEqual(['a', 'b']);
      const none = failing([kind, 'budget-exhausted']);
      await expect(none.handle({ ...fakeCall(), journal, plan })).rejects.toMatchObject({ message: `a says ${kind}` });
    },
  );

  test('tells what failed when there is no money left to ask another, and notes that', async () => {
    const flags: string[] = [];
    const { handle } = failing(['provider-timeout', 'budget-exhausted']);
    await expect(handle({ ...fakeCall(), journal: fakeJournal(flags), plan })).rejects.toMatchObject({
      kind: 'provider-timeout',
    });
    expect(flags).toEqual(['retry-unaffordable']);
  });

  test('asks nobody else once the caller is gone', async () => {
    const gone = new AbortController();
    gone.abort();
    const { asked, handle } = failing(['provider-failed']);
    await expect(handle({ ...fakeCall({ signal: gone.signal }), journal, plan })).rejects.toMatchObject({
      kind: 'provider-failed',
    });
    expect(asked).toEqual(['a']);
  });
});
