import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  call,
  claude,
  given,
  gpt,
  handedBack,
  hidden,
  question,
  thought,
  toGpt,
} from '../../../test/rooms/sealed-thoughts.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { Part, ReasoningPart } from '../../core/message.ts';
import { carriesSeal, sealText, unsealedText } from './seal.ts';
import { type Unsealing, unsealed } from './unseal.ts';

const words: Part = { type: 'text', text: 'I look it up.' };

const toClaude: Unsealing = { caller: 'openai-chat', target: claude };

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
