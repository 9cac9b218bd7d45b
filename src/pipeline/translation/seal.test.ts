import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ChatEvent, ChatRequest, ChatResponse } from '../../core/chat.ts';
import type { Loss } from '../../core/loss.ts';
import type { Part, ReasoningPart, RoleMessage } from '../../core/message.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { carriesSeal, type SealOrigin, sealText, unsealedText } from './seal.ts';
import { sealedAnswer } from './sealed-answer.ts';
import { type Unsealing, unsealed } from './unseal.ts';

const claude: SealOrigin = { provider: 'anthropic', dialect: 'anthropic-messages' };
const gpt: SealOrigin = { provider: 'gateway', dialect: 'openai-chat' };
const thought: ReasoningPart = { type: 'reasoning', text: 'Let me see…', signature: 'EqQB+/=' };
const hidden: ReasoningPart = { type: 'reasoning', encrypted: 'Emw==' };
const words: Part = { type: 'text', text: 'I look it up.' };
const call = (id: string): Part => ({ type: 'tool-call', id, name: 'look', arguments: '{}' });
const question: RoleMessage = { type: 'message', role: 'user', parts: [{ type: 'text', text: 'Where?' }] };

/** The parts as a caller's door gives them out, with what was lost on the way. */
function given(parts: readonly Part[], origin: SealOrigin, seals: NonNullable<Dialect['seals']>) {
  const lost: Loss[] = [];
  const response: ChatResponse = {
    choices: [{ index: 0, message: { type: 'message', role: 'assistant', parts }, finish: { reason: 'tool-calls' } }],
  };
  const { choices } = sealedAnswer({ origin, seals, lost: (loss) => void lost.push(loss) }).whole(response);
  return { parts: choices[0]?.message.parts ?? [], lost };
}

/** The parts as a target reads them when a caller sends them back. */
function handedBack(parts: readonly Part[], unsealing: Unsealing) {
  const lost: Loss[] = [];
  const results = parts.flatMap((part): Part[] =>
    part.type === 'tool-call' ? [{ type: 'tool-result', callId: part.id, parts: [] }] : [],
  );
  const request: ChatRequest = {
    messages: [
      question,
      { type: 'message', role: 'assistant', parts },
      { type: 'message', role: 'tool', parts: results },
    ],
  };
  const opened = unsealed(request, unsealing, (loss) => void lost.push(loss));
  const [, turn, tool] = opened.request.messages;
  return {
    parts: turn?.type === 'message' ? turn.parts : [],
    results: tool?.type === 'message' ? tool.parts.map((part) => part.type === 'tool-result' && part.callId) : [],
    from: opened.sources.get(1),
    lost,
  };
}

const toClaude: Unsealing = { caller: 'openai-chat', target: claude };
const toGpt: Unsealing = { caller: 'anthropic-messages', target: gpt };

describe('thoughts of a model, at a door that has no place for their seals', () => {
  test('ride behind the id of the next call, and their text stays to be read', () => {
    const { parts, lost } = given([thought, words, call('toolu_1'), hidden, call('toolu_2')], claude, 'call-ids');
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Let me see…' },
      words,
      { type: 'tool-call', name: 'look', arguments: '{}', id: expect.stringMatching(/^toolu_1~tr1~[\w-]+$/) },
      { type: 'tool-call', name: 'look', arguments: '{}', id: expect.stringMatching(/^toolu_2~tr1~[\w-]+$/) },
    ]);
    expect(lost).toEqual([]);
  });

  test('come back as they were, where they were, to the model that made them', () => {
    const turns: readonly (readonly Part[])[] = [
      [thought, call('a')],
      [thought, hidden, words, call('a')],
      [thought, call('a'), hidden, call('b'), { ...thought, signature: 'x' }, call('c')],
      [words, thought, call('a')],
      [call('a'), thought, call('b')],
      [words, call('a')],
    ];
    for (const turn of turns) {
      const back = handedBack(given(turn, claude, 'call-ids').parts, toClaude);
      expect(back).toMatchObject({ parts: turn, lost: [] });
      expect(back.results).toEqual(turn.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
    }
  });

  test('say where they came from, so that losses are told at the caller’s own places', () => {
    const { parts } = given([thought, hidden, words, call('a')], claude, 'call-ids');
    expect(parts.map(({ type }) => type)).toEqual(['reasoning', 'text', 'tool-call']);
    expect(handedBack(parts, toClaude).from).toEqual([2, 2, 1, 2]);
  });

  test('are kept from every other model, and that is told; the ids are clean all the same', () => {
    const { parts } = given([thought, call('a')], claude, 'call-ids');
    for (const target of [gpt, { ...claude, provider: 'other' }]) {
      expect(handedBack(parts, { caller: 'openai-chat', target })).toEqual({
        parts: [{ type: 'reasoning', text: 'Let me see…' }, call('a')],
        results: ['a'],
        from: [0, 1],
        lost: [{ path: 'messages[1].parts[1].id', why: 'other-model' }],
      });
    }
  });

  test('without a call to ride on are told as lost; unsealed ones need none', () => {
    expect(given([thought, words], claude, 'call-ids').lost).toEqual([
      { path: 'choices[0].message.reasoning', why: 'no-call' },
    ]);
    const plain: Part = { type: 'reasoning', text: 'plain', id: 'r1' };
    expect(given([plain, call('a')], claude, 'call-ids')).toEqual({ parts: [plain, call('a')], lost: [] });
  });

  test('too long to carry are told as lost', () => {
    const long = { ...thought, text: 'x'.repeat(200_000) };
    expect(given([long, call('a')], claude, 'call-ids')).toEqual({
      parts: [{ type: 'reasoning', text: long.text }, call('a')],
      lost: [{ path: 'choices[0].message.reasoning', why: 'too-long' }],
    });
  });

  test('and the signature of a call itself', () => {
    const signed: Part = { type: 'tool-call', id: 'a', name: 'look', arguments: '{}', signature: 'own' };
    const { parts } = given([thought, signed, signed], claude, 'call-ids');
    expect(JSON.stringify(parts)).not.toContain('"signature"');
    expect(handedBack(parts, toClaude)).toMatchObject({ parts: [thought, signed, signed], lost: [] });
  });
});

describe('thoughts of a model, at a door with signatures', () => {
  const plain: ReasoningPart = { type: 'reasoning', text: 'plain' };
  const signed: Part = { type: 'tool-call', id: 'a', name: 'look', arguments: '{}', signature: 'own' };
  const odd: ReasoningPart = {
    type: 'reasoning',
    text: 'sum',
    summary: true,
    id: 'r1',
    extras: { 'openai-chat': { format: 'x', index: 0 } },
    spelling: { 'openai-chat': { field: 'reasoning_details' } },
  };

  test('carry their own seals, unsigned ones too', () => {
    const { parts, lost } = given([plain, hidden, signed], gpt, 'parts');
    const seal = expect.stringMatching(/^~tr1~[\w-]+$/);
    expect(parts).toEqual([
      { type: 'reasoning', text: 'plain', signature: seal },
      { type: 'reasoning', text: '', signature: seal },
      { type: 'reasoning', text: '', signature: seal },
      call('a'),
    ]);
    expect(lost).toEqual([]);
  });

  test('come back as they were, where they were, to the model that made them', () => {
    for (const turn of [
      [plain],
      [plain, words, thought, call('a')],
      [hidden, odd, signed, signed],
      [signed, call('b')],
    ]) {
      expect(handedBack(given(turn, gpt, 'parts').parts, toGpt)).toMatchObject({ parts: turn, lost: [] });
    }
  });

  test('are kept from every other model, and that is told', () => {
    const { parts } = given([plain, words, signed], gpt, 'parts');
    expect(handedBack(parts, { caller: 'anthropic-messages', target: claude })).toMatchObject({
      parts: [words, call('a')],
      from: [1, 3],
      lost: [
        { path: 'messages[1].parts[0]', why: 'other-model' },
        { path: 'messages[1].parts[2]', why: 'other-model' },
      ],
    });
  });
});

describe('what a caller has from a vendor of its own dialect', () => {
  const signed: Part = { type: 'tool-call', id: 'a', name: 'look', arguments: '{}', signature: 'own' };

  test('is nothing to one of another, and that is told', () => {
    const text: Part = { type: 'text', text: 'so', signature: 'own' };
    expect(handedBack([thought, hidden, text, signed], toGpt)).toMatchObject({
      parts: [{ type: 'text', text: 'so' }, call('a')],
      from: [2, 3],
      lost: [
        { path: 'messages[1].parts[0]', why: 'other-model' },
        { path: 'messages[1].parts[1]', why: 'other-model' },
        { path: 'messages[1].parts[2].signature', why: 'other-model' },
        { path: 'messages[1].parts[3].signature', why: 'other-model' },
      ],
    });
  });

  test('stays in its own dialect', () => {
    const same: Unsealing = { caller: 'anthropic-messages', target: claude };
    expect(handedBack([thought, hidden, signed], same)).toMatchObject({ parts: [thought, hidden, signed], lost: [] });
  });

  test('in plain words is kept from who cannot be told of thoughts, and so is what that one thought itself', () => {
    const plain: ReasoningPart = { type: 'reasoning', text: 'hm' };
    const silent = { ...toGpt, pastReasoning: 'none' } as const;
    const lost = [{ path: 'messages[1].parts[0]', why: 'unsupported' }];
    expect(handedBack([plain, words], silent)).toMatchObject({ parts: [words], from: [1], lost });
    const own = given([plain, words], gpt, 'parts').parts;
    expect(handedBack(own, toGpt)).toMatchObject({ parts: [plain, words], lost: [] });
    expect(handedBack(own, silent)).toMatchObject({ parts: [words], from: [1], lost });
    expect(handedBack([plain, words], { ...silent, caller: 'openai-chat' }).lost).toEqual([]);
  });

  test('in plain words is left as it is', () => {
    const plain: Part = { type: 'reasoning', text: 'plain' };
    expect(handedBack([plain, words], toGpt)).toMatchObject({ parts: [plain, words], lost: [] });
  });

  test('in a request without any of it is not touched', () => {
    const request: ChatRequest = { messages: [question, { ...question, role: 'assistant' }] };
    const opened = unsealed(request, toClaude, () => undefined);
    expect(opened.request).toBe(request);
  });
});

describe('garbage after the marker', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64url');
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;

  test.each([
    '',
    '!!!',
    'AAAA',
    base64('{}'),
    base64('[]'),
    base64('{"p":"anthropic","d":"anthropic-messages","r":[1]}'),
    base64('{"p":"anthropic","d":"anthropic-messages","r":[{"t":1}]}'),
    base64('{"p":"anthropic","d":"anthropic-messages","s":1}'),
    base64('{"p":"anthropic","p":"x","d":"anthropic-messages"}'),
    base64('{"p":"anthropic","d":"anthropic-messages","r":[{"x":{"openai-chat":{"__proto__":{}}}}]}'),
    base64(`{"p":"anthropic","d":"anthropic-messages","r":[{"x":{"openai-chat":{"a":${deep}}}}]}`),
    'x'.repeat(300_000),
    `${sealText({ ...claude, reasoning: [thought] })?.slice(5, -4)}`,
  ])('is taken away and told: %.40s', (garbage) => {
    expect(handedBack([call(`a~tr1~${garbage}`)], toClaude)).toEqual({
      parts: [call('a')],
      results: ['a'],
      from: [0],
      lost: [{ path: 'messages[1].parts[0].id', why: 'seal-broken' }],
    });
    const signature = `~tr1~${garbage}`;
    expect(handedBack([{ type: 'reasoning', text: 'x', signature }], toGpt)).toMatchObject({
      parts: [],
      lost: [{ path: 'messages[1].parts[0]', why: 'seal-broken' }],
    });
  });

  test('of any kind never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (before, after) => {
        const { clean } = unsealedText(`${before}~tr1~${after}`);
        expect(clean).toBe(before.split('~tr1~')[0] ?? '');
      }),
    );
  });

  test('does not hide a seal from those who look for one', () => {
    expect(carriesSeal(new TextEncoder().encode('{"id":"a~tr1~b"}'))).toBeTrue();
    expect(carriesSeal(new TextEncoder().encode('{"id":"a~tr2~b"}'))).toBeFalse();
  });
});

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
