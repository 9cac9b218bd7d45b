import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { fakeCall, fakePrincipal, fakeReceived, fakeReply, nothingSeen } from '../../test/fakes/calls.ts';
import { type HandClock, handClock } from '../../test/fakes/hand-clock.ts';
import type { Authenticated, Call, Consumed, Metered, RateLimited, Received, Routed, Target } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { LimitMatch, LimitMode, OwnedLimits, RateRule } from '../core/limit.ts';
import type { Outcome, Reply, StreamReply } from '../core/reply.ts';
import type { PastUse } from '../store/store.ts';
import { rateLimit } from './rate-limit.ts';
import { rateCounters } from './rate-limit-counters.ts';

type Inner = Call & Authenticated & Metered & Received & Routed & RateLimited;

const first: Target = { provider: 'a', model: 'm' };
const second: Target = { provider: 'b', model: 'n' };

interface Setting {
  readonly limits: RateRule['limits'];
  readonly mode?: LimitMode;
  readonly match?: LimitMatch;
  readonly kind?: OwnedLimits['owner']['kind'];
}

interface Ask {
  readonly bytes?: number;
  readonly choices?: number;
  readonly maxOutputTokens?: number;
  readonly endUser?: string;
  readonly tags?: readonly string[];
  readonly targets?: readonly [Target, ...Target[]];
  readonly deadlineAt?: number;
  readonly text?: string;
  readonly pictures?: number;
}

/** A caller's calls through the policy, on a clock that goes by hand. */
function caller(
  settings: readonly Setting[],
  {
    clock = handClock(1_000_000),
    past = async () => [],
  }: { readonly clock?: HandClock; readonly past?: () => Promise<readonly PastUse[]> } = {},
) {
  const owned = settings.map(
    ({ limits, mode = 'hard', match = {}, kind = 'key' }, index): OwnedLimits => ({
      owner: { kind, id: `${kind}_1` },
      budgets: [],
      rates: [{ id: `rate_${index}`, limits, mode, match }],
    }),
  );
  const limits = { of: () => owned, past };
  const policy = rateLimit({ limits, counters: rateCounters({ limits, clock }), clock });
  const flags: string[] = [];
  const begin = (ask: Ask, inner: (call: Inner) => Promise<Reply>) => {
    let settle: (consumed: readonly Consumed[]) => void = () => undefined;
    const journal = {
      received: () => undefined,
      begin: () => {
        throw new Error('nobody is asked');
      },
      lost: () => undefined,
      answerLost: () => undefined,
      flag: (text: string) => void flags.push(text),
      whenClosed: (act: typeof settle) => {
        settle = act;
      },
    };
    const received = fakeReceived();
    const {
      bytes = 40,
      choices = 1,
      maxOutputTokens,
      endUser,
      tags = [],
      targets = [first],
      text = 'hi',
      pictures = 0,
    } = ask;
    const envelope = {
      ...received.envelope,
      bytes,
      choices,
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    };
    const picture = { type: 'image', source: { kind: 'base64', data: 'a'.repeat(1000) } };
    const parts = [{ type: 'text', text }, ...Array.from({ length: pictures }, () => picture)];
    const value = { model: 'm', messages: [{ role: 'user', parts }], stream: false };
    const call = {
      ...fakeCall({ startedAt: clock.monotonic(), arrivedAt: clock.now() }),
      ...fakePrincipal,
      ...received,
      envelope,
      payload: { value: value as never },
      wishes: { strict: false, tags, ...(endUser === undefined ? {} : { endUser }) },
      plan: { targets },
      journal,
      ...(ask.deadlineAt === undefined ? {} : { deadlineAt: ask.deadlineAt }),
    };
    return { reply: policy(inner)(call), settle: (consumed: readonly Consumed[]) => settle(consumed) };
  };
  return {
    clock,
    flags,
    begin,
    /** A whole call that consumes so many tokens; what it was refused with if it was. */
    async ask(ask: Ask = {}, tokens = 10): Promise<Failure | Inner> {
      let seen: Inner | undefined;
      const { reply, settle } = begin(ask, async (call) => {
        seen = call;
        return fakeReply();
      });
      try {
        await reply;
      } catch (thrown) {
        if (thrown instanceof Failure) return thrown;
        throw thrown;
      }
      const [target = first] = seen?.plan.targets ?? [];
      settle([{ provider: target.provider, model: target.model, usage: { tokens: { input: tokens } } }]);
      if (seen === undefined) throw new Error('nobody was asked');
      return seen;
    },
  };
}

function served(answers: readonly (Failure | Inner)[]): number {
  return answers.filter((answer) => !(answer instanceof Failure)).length;
}

async function many(count: number, ask: () => Promise<Failure | Inner>): Promise<readonly (Failure | Inner)[]> {
  return await Promise.all(Array.from({ length: count }, ask));
}

describe('requests', () => {
  test('the first of an idle minute are served at once, and not one more until the first is a minute old', async () => {
    const { ask, clock } = caller([{ limits: { requests_per_minute: 5 } }]);
    expect(served(await many(200, () => ask()))).toBe(5);
    await clock.advance(59_999);
    expect(await ask()).toMatchObject({ kind: 'rate-limited', details: { type: 'requests', retryAfterMs: 1 } });
    await clock.advance(1);
    expect(served(await many(200, () => ask()))).toBe(5);
  });

  test('one that is refused counts for nothing, and neither does one that was sent to nobody', async () => {
    const { ask, begin, clock } = caller([{ limits: { requests_per_minute: 1, requests_per_day: 2 } }]);
    const { reply, settle } = begin({}, async () => fakeReply());
    await reply;
    settle([]);
    expect(served([await ask(), await ask(), await ask()])).toBe(1);
    await clock.advance(60_000);
    expect(served([await ask()])).toBe(1);
    await clock.advance(60_000);
    expect(await ask()).toMatchObject({ details: { retryAfterMs: 86_400_000 - 120_000 } });
  });

  test('all limits that concern a call are taken or none', async () => {
    const { ask } = caller([
      { limits: { requests_per_minute: 100 } },
      { limits: { requests_per_minute: 3 }, kind: 'project' },
      { limits: { requests_per_hour: 100 }, match: { tag: 'x' } },
    ]);
    for (const _ of [1, 2, 3]) await ask({ tags: ['x'] });
    const refused = await ask({ tags: ['x'] });
    expect(refused).toBeInstanceOf(Failure);
    expect((refused as Failure).details.standing?.()).toMatchObject({ requests: { limit: 3, remaining: 0 } });
    const answer = refused as Failure;
    expect(answer.message).toBe(
      'The limit of this project is 3 requests in any 60 seconds (requests_per_minute); this call fits in 60 s.',
    );
  });

  test('each end user, tag and model has its own, and those without any have none', async () => {
    const { ask } = caller([{ limits: { requests_per_minute: 1 }, match: { endUser: '*' } }]);
    const users = ['ann', 'bob', 'ann', undefined, undefined];
    const answers: boolean[] = [];
    for (const endUser of users)
      answers.push(!((await ask(endUser === undefined ? {} : { endUser })) instanceof Failure));
    expect(answers).toEqual([true, true, false, true, true]);
  });

  test('of several tags each is counted, also when its counter is made for the same call', async () => {
    const { ask, clock } = caller([{ limits: { requests_per_minute: 1 }, match: { tag: '*' } }]);
    await ask({ tags: ['a'] });
    await clock.advance(60_000);
    expect(served([await ask({ tags: ['a', 'b', 'c'] })])).toBe(1);
    expect(served([await ask({ tags: ['a'] }), await ask({ tags: ['b'] }), await ask({ tags: ['c', 'd'] })])).toBe(0);
    expect(served([await ask({ tags: ['d'] })])).toBe(1);
  });

  test('a limit of nothing is never worth another try', async () => {
    const refused = await caller([{ limits: { requests_per_minute: 0 } }]).ask();
    expect(refused).toMatchObject({ kind: 'rate-limited', details: { retry: 'never' } });
    expect((refused as Failure).details.retryAfterMs).toBeUndefined();
  });
});

test('whoever asks what and when: a call is let in just if all that concern it have room, and is then counted in all', async () => {
  const rules: readonly (Setting & { readonly of: (tag: string, user: string) => string | undefined })[] = [
    { limits: { requests_per_minute: 4 }, of: () => 'all' },
    { limits: { requests_per_minute: 3 }, match: { tag: '*' }, kind: 'project', of: (tag) => tag },
    {
      limits: { requests_per_minute: 2 },
      match: { endUser: 'ann' },
      of: (_, user) => (user === 'ann' ? user : undefined),
    },
    {
      limits: { requests_per_minute: 2 },
      match: { endUser: '*', tag: 'a' },
      of: (tag, user) => (tag === 'a' ? user : undefined),
    },
  ];
  const step = fc.record({
    pause: fc.constantFrom(0, 0, 1, 500, 10_000, 59_999, 60_000),
    tag: fc.constantFrom('a', 'b'),
    user: fc.constantFrom('ann', 'bob', 'cy'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { ask, clock } = caller(rules);
      const admitted: { readonly at: number; readonly tag: string; readonly user: string }[] = [];
      for (const { pause, tag, user } of steps) {
        await clock.advance(pause);
        const at = clock.monotonic();
        const hasRoom = rules.every(({ limits, of }) => {
          const own = of(tag, user);
          const used = admitted.filter((one) => of(one.tag, one.user) === own && one.at + 60_000 > at);
          return own === undefined || used.length < (limits.requests_per_minute ?? 0);
        });
        const answer = await ask({ tags: [tag], endUser: user });
        expect(answer instanceof Failure).toBe(!hasRoom);
        if (hasRoom) admitted.push({ at, tag, user });
      }
    }),
  );
});

test('it is told to wait for what lasts longest', async () => {
  const { ask } = caller([{ limits: { requests_per_minute: 1, requests_per_day: 1, requests_per_hour: 1 } }]);
  await ask();
  expect(await ask()).toMatchObject({ details: { retryAfterMs: 86_400_000 } });
});

test('a tag that is said twice is one', async () => {
  const { ask } = caller([{ limits: { requests_per_minute: 2 }, match: { tag: '*' } }]);
  expect(served([await ask({ tags: ['a', 'a'] }), await ask({ tags: ['a', 'a'] })])).toBe(2);
});

describe('models', () => {
  const rule: Setting = { limits: { requests_per_minute: 1 }, match: { model: 'a/m' } };

  test('a target whose limit is reached is left out, and the call goes to the next', async () => {
    const { ask } = caller([rule]);
    expect(await ask({ targets: [first, second] })).toMatchObject({ plan: { targets: [first, second] } });
    expect(await ask({ targets: [first, second] })).toMatchObject({ plan: { targets: [second] } });
    expect(await ask({ targets: [first] })).toMatchObject({ kind: 'rate-limited' });
  });

  test('a target that was only in reserve is not counted', async () => {
    const { ask } = caller([rule]);
    await ask({ targets: [second, first] });
    await ask({ targets: [{ provider: 'a', model: 'n' }, first] });
    expect(served([await ask({ targets: [first] }), await ask({ targets: [first] })])).toBe(1);
  });
});

describe('calls at once', () => {
  test('are never more, and a slot is free again however a call ended', async () => {
    const { begin, ask } = caller([{ limits: { parallel_requests: 2 } }]);
    for (const ending of ['whole', 'failure', 'complete', 'aborted', 'failed'] as const) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      const open = [1, 2].map(() => begin({}, () => promise).reply);
      await Promise.resolve();
      expect(await ask()).toMatchObject({ kind: 'rate-limited' });
      if (ending === 'failure') {
        reject(new Failure('provider-failed', 'no'));
        await Promise.allSettled(open);
      } else if (ending === 'whole') {
        resolve(fakeReply());
        await Promise.all(open);
      } else {
        resolve(streamReply());
        for (const reply of await Promise.all(open)) {
          expect(await ask()).toMatchObject({ kind: 'rate-limited' });
          if (reply.kind === 'stream') await reply.end(outcomes[ending]);
          break;
        }
        expect(served([await ask()])).toBe(1);
        for (const reply of await Promise.all(open)) if (reply.kind === 'stream') await reply.end(outcomes[ending]);
      }
      expect([ending, served(await many(2, () => ask()))]).toEqual([ending, 2]);
    }
  });

  test('a refusal says when one that is open is likely to end, by how long those before it lasted', async () => {
    const { begin, ask, clock } = caller([{ limits: { parallel_requests: 1 } }]);
    const stream = async (): Promise<StreamReply> => (await begin({}, async () => streamReply()).reply) as StreamReply;
    const first = await stream();
    expect(await ask()).toMatchObject({ kind: 'rate-limited', details: { retryAfterMs: 1000 } });
    await clock.advance(20_000);
    await first.end({ kind: 'complete' });
    const second = await stream();
    await clock.advance(5_000);
    expect(await ask()).toMatchObject({
      kind: 'rate-limited',
      message:
        'The limit of this key is 1 calls at once (parallel_requests); wait until one of those that are open has ended: by how long calls last here, in 15 s or so.',
      details: { retryAfterMs: 15_000 },
    });
    await second.end({ kind: 'aborted' });
  });

  test('a call that never comes back gives its slot away soon after its deadline, and never a second one', async () => {
    const { begin, ask, clock } = caller([{ limits: { parallel_requests: 1 } }]);
    const lost = begin({ deadlineAt: 5_000 }, async () => streamReply()).reply;
    await lost;
    await clock.advance(14_999);
    expect(served([await ask()])).toBe(0);
    await clock.advance(1);
    const other = await begin({}, async () => streamReply()).reply;
    const late = await lost;
    if (late.kind === 'stream') await late.end({ kind: 'aborted' });
    expect(served([await ask()])).toBe(0);
    if (other.kind === 'stream') await other.end({ kind: 'complete' });
    expect(served([await ask()])).toBe(1);
  });

  test('an end that throws beneath frees the slot too', async () => {
    const { begin, ask } = caller([{ limits: { parallel_requests: 1 } }]);
    const broken = {
      ...streamReply(),
      end: () => {
        throw new Error('no');
      },
    };
    const reply = await begin({}, async () => broken as Reply).reply;
    expect(() => reply.kind === 'stream' && reply.end({ kind: 'complete' })).toThrow('no');
    expect(served([await ask()])).toBe(1);
  });
});

describe('tokens', () => {
  test('are reserved by the most that a call can come to, and become what it consumed', async () => {
    const { begin, ask } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    const { reply, settle } = begin({ bytes: 100, maxOutputTokens: 800 }, async () => fakeReply());
    await reply;
    expect(await ask({ bytes: 100, maxOutputTokens: 10 })).toMatchObject({
      kind: 'rate-limited',
      details: { type: 'tokens' },
    });
    settle([{ provider: 'a', model: 'm', usage: { tokens: { input: 20, output: 30 } } }]);
    expect(await ask({ bytes: 100, maxOutputTokens: 800 })).toMatchObject({ allowance: {} });
  });

  test('near the limit a call is given less to write, rather than nothing', async () => {
    const { ask } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    await ask({ bytes: 100, maxOutputTokens: 100 }, 700);
    expect(await ask({ bytes: 100, maxOutputTokens: 500 }, 284)).toMatchObject({ allowance: { maxOutputTokens: 200 } });
    expect(await ask({ bytes: 1, maxOutputTokens: 500 })).toMatchObject({ kind: 'rate-limited' });
  });

  test('who does not say how much leaves room for others', async () => {
    const { begin } = caller([{ limits: { tokens_per_minute: 100_000 } }]);
    const given: (number | undefined)[] = [];
    for (const _ of [1, 2, 3, 4, 5]) {
      await begin({ bytes: 1000 }, async (call) => {
        given.push(call.allowance?.maxOutputTokens);
        return fakeReply();
      }).reply;
    }
    expect(given).toEqual([49_500, 24_250, 11_625, 5_313, 4_096]);
  });

  test('of several limits the tightest says how much', async () => {
    const { ask } = caller([
      { limits: { tokens_per_minute: 1000, tokens_per_day: 500 } },
      { limits: { tokens_per_minute: 300 }, kind: 'organisation' },
      { limits: { tokens_per_minute: 50 }, mode: 'observe' },
    ]);
    expect(await ask({ bytes: 100, maxOutputTokens: 900, choices: 2 })).toMatchObject({
      allowance: { maxOutputTokens: 100 },
    });
  });

  test('what no window could hold by its bytes goes alone by our guess, or never', async () => {
    const text = 'x'.repeat(2000);
    const { ask, clock } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    await ask({ bytes: 40 }, 1);
    expect(await ask({ bytes: 2000, text, maxOutputTokens: 50 })).toMatchObject({ details: { retryAfterMs: 60_000 } });
    await clock.advance(60_000);
    expect(await ask({ bytes: 2000, text, maxOutputTokens: 50 }, 500)).toMatchObject({ plan: { targets: [first] } });
    const never = await ask({ bytes: 20_000, text: text.repeat(10), maxOutputTokens: 50 });
    expect(never).toMatchObject({ kind: 'rate-limited', details: { type: 'tokens', retry: 'never' } });
  });

  test('while one goes alone, nobody comes beside it', async () => {
    const { begin, ask } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    const alone = begin({ bytes: 2000, text: 'x'.repeat(2000), maxOutputTokens: 50 }, async () => fakeReply());
    await alone.reply;
    expect(await ask({ bytes: 1, maxOutputTokens: 1 })).toMatchObject({ kind: 'rate-limited' });
    alone.settle([{ provider: 'a', model: 'm', usage: { tokens: { input: 500 } } }]);
    expect(await ask({ bytes: 1, maxOutputTokens: 1 })).toMatchObject({ plan: { targets: [first] } });
  });

  test('a picture is no text: its bytes are not taken for tokens', async () => {
    const { ask } = caller([{ limits: { tokens_per_minute: 10_000 } }]);
    expect(await ask({ bytes: 1_000_000, pictures: 2, maxOutputTokens: 500 }, 2_000)).toMatchObject({ allowance: {} });
    expect(await ask({ bytes: 1_000_000, pictures: 2, maxOutputTokens: 500 })).toMatchObject({ allowance: {} });
  });

  test('each alternative is reserved for', async () => {
    const { begin } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    const { reply } = begin({ bytes: 100, choices: 3, maxOutputTokens: 100 }, async () => fakeReply());
    expect((await reply).origin.standing?.()).toMatchObject({ tokens: { remaining: 600 } });
  });

  test('more than was reserved counts too, and keeps the next call out', async () => {
    const { ask, clock } = caller([{ limits: { tokens_per_minute: 1000 } }]);
    await ask({ maxOutputTokens: 100 }, 5000);
    await clock.advance(59_000);
    expect(await ask({ maxOutputTokens: 16 })).toMatchObject({ details: { retryAfterMs: 1000 } });
  });
});

describe('a limit that only observes', () => {
  test('refuses nothing, and flags just what it would have refused', async () => {
    const { ask, flags } = caller([{ limits: { requests_per_minute: 2, parallel_requests: 5 }, mode: 'observe' }]);
    expect(served(await many(5, () => ask()))).toBe(5);
    expect(flags).toEqual(['would-refuse:rate_0', 'would-refuse:rate_0', 'would-refuse:rate_0']);
  });
});

test('a rule that only observes takes nothing of any of its limits for a call that it would have refused', async () => {
  const { ask, clock, flags } = caller([{ limits: { requests_per_minute: 1, requests_per_day: 3 }, mode: 'observe' }]);
  for (const _ of [1, 2, 3]) await ask();
  for (const _ of [1, 2, 3]) {
    await clock.advance(60_000);
    await ask();
  }
  // Two in the first minute, and the fourth of the day.
  expect(flags.length).toBe(3);
});

describe('what was before', () => {
  const past = async (): Promise<readonly PastUse[]> => [
    { at: 1_000_000 - 50_000, values: [], requests: 3, tokens: 300, images: 0, audioSeconds: 0 },
    { at: 1_000_000 + 99_000, values: [], requests: 1, tokens: 100, images: 0, audioSeconds: 0 },
  ];

  test('counts: a limit holds over a restart, whatever the wall’s clock did meanwhile', async () => {
    const { ask, clock } = caller([{ limits: { requests_per_minute: 5 } }], { past });
    expect(served(await many(10, () => ask()))).toBe(1);
    await clock.advance(10_000);
    expect(served(await many(10, () => ask()))).toBe(3);
    await clock.advance(50_000);
    expect(served(await many(10, () => ask()))).toBe(2);
  });

  test('that cannot be read lets nobody in, and is asked for again', async () => {
    let broken = true;
    const { ask } = caller([{ limits: { requests_per_minute: 5 } }], {
      past: async () => {
        if (broken) throw new Failure('gateway-storage-failed', 'no');
        return [];
      },
    });
    expect(await ask()).toMatchObject({ kind: 'gateway-storage-failed' });
    broken = false;
    expect(served(await many(10, () => ask()))).toBe(5);
  });
});

test('with every answer and every failure it is told where the caller stands, as it is by then', async () => {
  const { begin, clock } = caller([{ limits: { requests_per_minute: 5, tokens_per_minute: 1000 } }]);
  const { reply, settle } = begin({ bytes: 100, maxOutputTokens: 100 }, async () => fakeReply({ ...nothingSeen }));
  const { standing } = (await reply).origin;
  const at = { resetMs: 60_000, resetAt: 1_060_000 };
  expect(standing?.()).toEqual({
    requests: { limit: 5, remaining: 4, ...at },
    tokens: { limit: 1000, remaining: 800, ...at },
  });
  settle([{ provider: 'a', model: 'm', usage: { tokens: { input: 7 } } }]);
  expect(standing?.().tokens).toEqual({ limit: 1000, remaining: 993, ...at });
  await clock.advance(60_000);
  expect(standing?.().requests).toEqual({ limit: 5, remaining: 5, resetMs: 0, resetAt: 1_060_000 });
  const failing = begin({}, () => Promise.reject(new Failure('provider-failed', 'no'))).reply;
  expect((await failing.catch(({ details }) => details)).standing?.()).toMatchObject({ requests: { remaining: 4 } });
});

const outcomes: Readonly<Record<'complete' | 'aborted' | 'failed', Outcome>> = {
  complete: { kind: 'complete' },
  aborted: { kind: 'aborted' },
  failed: { kind: 'failed', failure: new Failure('provider-garbled', 'cut') },
};

function streamReply(): Reply {
  return {
    kind: 'stream',
    origin: { provider: 'a', model: 'm', attempts: 1, lost: [], emulated: [], headers: {} },
    chunks: { next: async () => ({ done: true, value: undefined }) },
    observe: () => undefined,
    end: async () => undefined,
  };
}
