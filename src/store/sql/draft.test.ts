import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { bareEntry, hardStrings } from '../contract-examples.ts';
import type { Entry } from '../store.ts';
import { draftIn, draftText } from './draft.ts';

test('an attempt under way is told again exactly, on one line, whatever callers put into its strings', () => {
  fc.assert(
    fc.property(anyFields, fc.bigInt({ min: 0n }), fc.tuple(fc.nat(), fc.integer()), (fields, amount, [wall, skew]) => {
      const draft = { entry: { ...orphan, ...fields }, amount, moment: { wall, steady: wall + skew } };
      const text = draftText(draft);
      expect(text).not.toContain('\n');
      expect(draftIn(text)).toEqual(draft);
    }),
  );
});

/** What is not told of an attempt, because nobody knows it. */
const orphan: Entry = {
  ...bareEntry,
  attempt: 1,
  endedAt: bareEntry.startedAt,
  latencyMs: 0,
  status: 503,
  outcome: 'failed',
  failure: 'gateway-stopped',
};

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hardStrings.slice(0, -1)));
const anyFields = fc.record(
  {
    requestId: anyText,
    requestedModel: anyText,
    provider: anyText,
    model: anyText,
    cost: fc.bigInt(),
    endUser: anyText,
    metadata: anyText,
    tags: fc.array(anyText),
    flags: fc.array(anyText),
    lost: fc.array(fc.record({ path: anyText, why: anyText })),
    stream: fc.boolean(),
    usage: fc.record(
      {
        tokens: fc.record({ input: fc.nat(), output: fc.nat() }, { requiredKeys: [] }),
        units: fc.record({ images: fc.nat() }),
        serviceTier: anyText,
      },
      { requiredKeys: ['tokens'] },
    ),
  },
  { requiredKeys: [] },
);
