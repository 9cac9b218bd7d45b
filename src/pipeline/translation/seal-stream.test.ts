import { describe, expect, test } from 'bun:test';
import { call, claude, given, gpt, handedBack, hidden, thought, toGpt } from '../../../test/rooms/sealed-thoughts.ts';
import type { ChatEvent } from '../../core/chat.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part, ReasoningPart } from '../../core/message.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { SealOrigin } from './seal.ts';
import { sealedAnswer } from './sealed-answer.ts';

describe('a streamed answer', () => {
  /** The parts that a client puts together from the events of a door. */
  function streamed(events: readonly ChatEvent[], origin: SealOrigin, seals: NonNullable<Dialect['seals']>) {
    const lost: Loss[] = [];
    const step = sealedAnswer({ origin, seals, lost: (loss) => void lost.push(loss) }).stream();
    return { events: events.flatMap(step), lost };
  }

  const start = (id: string, index: number, signature?: string): ChatEvent => ({
    type: 'tool-call-start',
    choice: 0,
    call: index,
    kind: 'function',
    id,
    name: 'look',
    ...(signature !== undefined && { signature }),
  });
  const think = (delta: Partial<ReasoningPart>, part?: number): ChatEvent => ({
    choice: 0,
    ...delta,
    type: 'reasoning-delta',
    ...(part !== undefined && { part }),
  });
  const finish: ChatEvent = { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } };

  test('carries the same seals behind ids as a whole one', () => {
    const { events, lost } = streamed(
      [
        { type: 'response-start' },
        { type: 'part-start', choice: 0, part: 0, kind: 'reasoning' },
        think({ text: 'Let me ' }, 0),
        think({ text: 'see…' }, 0),
        think({ signature: 'EqQB+/=' }, 0),
        { type: 'part-end', choice: 0, part: 0 },
        { type: 'part-start', choice: 0, part: 1, kind: 'reasoning' },
        think({ encrypted: 'Emw==' }, 1),
        { type: 'part-end', choice: 0, part: 1 },
        start('a', 0),
        start('b', 1),
        finish,
        { type: 'response-end' },
      ],
      claude,
      'call-ids',
    );
    expect(lost).toEqual([]);
    const starts = events.filter((event) => event.type === 'tool-call-start').map(({ id }) => id);
    const whole = given([thought, hidden, call('a'), call('b')], claude, 'call-ids').parts;
    expect(starts).toEqual(whole.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
    expect(events.filter((event) => event.type === 'reasoning-delta')).toEqual([
      think({ text: 'Let me ' }, 0),
      think({ text: 'see…' }, 0),
    ] as never);
  });

  test('tells of seals that found no call, once', () => {
    const sealed = [think({ text: 'x' }), think({ signature: 's' })];
    const none = [{ path: 'choices[0].message.reasoning', why: 'no-call' }];
    expect(streamed([...sealed, finish, { type: 'response-end' }], claude, 'call-ids').lost).toEqual(none);
    expect(streamed([...sealed, { type: 'response-end' }], claude, 'call-ids').lost).toEqual(none);
    expect(streamed([think({ text: 'x' }), finish], claude, 'call-ids').lost).toEqual([]);
  });

  test('carries the same seals as signatures as a whole one, where parts are not numbered', () => {
    const { events } = streamed(
      [
        think({ text: 'Let me ' }),
        think({ text: 'see…' }),
        think({ signature: 'EqQB+/=' }),
        start('a', 0, 'own'),
        finish,
      ],
      gpt,
      'parts',
    );
    expect(events).toEqual([
      think({ text: 'Let me ' }),
      think({ text: 'see…' }),
      think({ signature: expect.stringMatching(/^~tr1~/) }),
      start('a', 0),
      finish,
    ] as never);
    const signature = events.flatMap((event) => (event.type === 'reasoning-delta' ? (event.signature ?? []) : []))[0];
    const parts: readonly Part[] = [{ type: 'reasoning', text: 'Let me see…', signature: signature ?? '' }, call('a')];
    const signedCall = { ...call('a'), signature: 'own' };
    expect(handedBack(parts, toGpt)).toMatchObject({ parts: [thought, signedCall], lost: [] });
  });

  test('seals several thoughts in a row together, and each numbered one at its end', () => {
    const inARow = streamed(
      [think({ text: 'one', id: 'r1' }), think({ text: 'two', id: 'r2' }), think({ encrypted: 'e' }), finish],
      gpt,
      'parts',
    ).events;
    const signature = inARow.flatMap((event) => (event.type === 'reasoning-delta' ? (event.signature ?? []) : []));
    expect(signature).toHaveLength(1);
    expect(handedBack([{ type: 'reasoning', text: 'onetwo', signature: signature[0] ?? '' }], toGpt).parts).toEqual([
      { type: 'reasoning', text: 'one', id: 'r1' },
      { type: 'reasoning', text: 'two', id: 'r2' },
      { type: 'reasoning', encrypted: 'e' },
    ]);
    const end = (part: number): ChatEvent => ({ type: 'part-end', choice: 0, part });
    const numbered = streamed(
      [think({ text: 'one' }, 0), end(0), think({ text: 'two' }, 1), end(1)],
      gpt,
      'parts',
    ).events;
    expect(numbered.map((event) => ('part' in event ? `${event.type} ${event.part}` : event.type))).toEqual([
      'reasoning-delta 0',
      'reasoning-delta 0',
      'part-end 0',
      'reasoning-delta 1',
      'reasoning-delta 1',
      'part-end 1',
    ]);
  });

  test('keeps the seals of its choices apart', () => {
    const { events } = streamed(
      [think({ text: 'x', signature: 's' }), { ...start('a', 0), choice: 1 } as ChatEvent, start('b', 0)],
      claude,
      'call-ids',
    );
    expect(events.filter((event) => event.type === 'tool-call-start').map(({ id }) => id.includes('~tr1~'))).toEqual([
      false,
      true,
    ]);
  });

  test('leaves every other event as it is', () => {
    const event: ChatEvent = { type: 'text-delta', choice: 0, text: 'x' };
    for (const seals of ['parts', 'call-ids'] as const) {
      const [same] = streamed([event], claude, seals).events;
      expect(same).toBe(event);
    }
  });
});
