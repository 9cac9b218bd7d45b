import { beforeAll, describe, expect, test } from 'bun:test';
import type { JsonObject } from '../../src/core/json.ts';
import { checkModel } from '../upstream/strict/anthropic-models.ts';
import { checkAnthropic } from '../upstream/strict/anthropic-request.ts';
import { checkOpenai } from '../upstream/strict/openai-request.ts';
import { Refusal } from '../upstream/strict/server.ts';
import { openCrossing } from './crossing.ts';
import { objectOf } from './facts/exact-json.ts';
import { exchanges, isAsked } from './recorded-crossings.ts';
import { wires } from './wires.ts';

/** That all facts arrive is not enough: what was made of a request must be one that its vendor takes. */
const ways = [
  {
    from: wires['openai-chat'],
    models: ['claude/claude-haiku-4-5', 'claude/claude-opus-4-7', 'claude/claude-3-5-haiku-latest'],
    check: (json: JsonObject): void => {
      const headers = { 'anthropic-version': '2023-06-01', 'x-api-key': 'key' };
      checkAnthropic({ method: 'POST', path: '/v1/messages', headers, json });
      checkModel(json);
    },
    /** Requests that are wrong themselves, and so are not set right by translating them. */
    wrong: {
      '0864ccfc94330755': 'it begins with an assistant',
      'handmade-reasoning-details-apart': 'it begins with an assistant',
      'handmade-text-empty-and-null-content': 'nobody says anything',
      d5a3e3e105ecdd09: 'nobody says anything',
      'handmade-media-image-base64': 'its image is none',
      'handmade-media-image-bare-url': 'its image is none',
      'handmade-tools-odd-results': 'its image is none',
    } as Readonly<Record<string, string>>,
  },
  {
    from: wires['anthropic-messages'],
    models: ['openai/gpt-4.1', 'openai/gpt-5'],
    check: (json: JsonObject): void =>
      checkOpenai({ method: 'POST', path: '/v1/chat/completions', headers: { authorization: 'Bearer key' }, json }),
    wrong: {
      '2b1300565ee052ec': 'its file is stored at Anthropic',
      '33af69608d324485': 'its file is stored at Anthropic',
      '3af711e4b02f0e9e': 'its file is stored at Anthropic',
      '6670da55ea701593': 'its top_p is -1',
    } as Readonly<Record<string, string>>,
  },
] as const;

describe.each(ways.map((way) => ({ ...way, name: `what comes of ${way.from.name}` })))('$name', (way) => {
  const { from, models, check, wrong, name } = way;
  // Those of Anthropic's that are made by hand are wrong on purpose.
  const cases = exchanges[from.name].filter(isAsked).filter(({ id }) => !id.startsWith('handmade-request-'));

  describe.skipIf(cases.length === 0)('is taken', () => {
    const refused = new Map<string, string>();
    let taken = 0;
    beforeAll(async () => {
      const crossing = await openCrossing();
      for (const model of models) {
        for (const { id, requestBody } of cases) {
          const { sent } = await crossing.cross(from, { ...objectOf(requestBody), model });
          const refusal = sent === undefined ? 'it was not sent' : refusalOf(() => check(sent.body));
          if (refusal === undefined) taken += 1;
          else refused.set(`${id} to ${model}`, refusal);
        }
      }
      await crossing.house.close();
    }, 60_000);

    test('by vendors who refuse what is not theirs, but for requests that are wrong themselves', () => {
      console.log(`  ${name}: ${taken} requests taken by ${models.join(', ')}; ${refused.size} refused`);
      const unknown = [...refused].filter(([place]) => !((place.split(' ')[0] ?? '') in wrong));
      expect(unknown).toEqual([]);
      expect(taken).toBeGreaterThan(0.9 * cases.length * models.length);
    });
  });
});

function refusalOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
}
