import { type Started, startTrestle } from '../started.ts';
import { anthropicUpstream } from '../upstream/strict/anthropic.ts';
import { openaiUpstream } from '../upstream/strict/openai.ts';
import type { Asked, StrictUpstream } from '../upstream/strict/server.ts';

/** A Trestle started as a user starts it, whose two vendors take what they document and refuse the rest. */
export interface Vendors {
  readonly trestle: Started;
  readonly anthropic: StrictUpstream;
  readonly openai: StrictUpstream;
  /** What the models of either vendor were asked since the last look. */
  asked(): readonly Asked[];
  close(): Promise<void>;
}

export async function openVendors(): Promise<Vendors> {
  const [anthropic, openai] = await Promise.all([anthropicUpstream(), openaiUpstream()]);
  const prices = { '*': { input: 1, output: 2, cached_input: 1, cache_write: 1 } };
  const providers = {
    claude: { type: 'anthropic', base_url: anthropic.url, api_key: 'vendor-one', prices },
    gpt: { type: 'openai', base_url: `${openai.url}/v1`, api_key: 'vendor-two', prices },
  };
  // JSON is YAML.
  const trestle = await startTrestle({ config: JSON.stringify({ retry: { attempts: 1 }, providers }) });
  let looked: readonly [number, number] = [0, 0];
  return {
    trestle,
    anthropic,
    openai,
    asked() {
      const [one, other] = looked;
      looked = [anthropic.seen.length, openai.seen.length];
      // Trestle looks by itself which models there are.
      return [...anthropic.seen.slice(one), ...openai.seen.slice(other)].filter(({ method }) => method === 'POST');
    },
    async close() {
      await trestle.stop();
      await Promise.all([anthropic.close(), openai.close()]);
    },
  };
}

/** The smallest images there are. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
/** A document that says what it is and not much more. */
export const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF').toString(
  'base64',
);

/** A schema that every vendor can hold its model to. */
export const placeSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
} as const;
/** The arguments that both fakes make up for it. */
export const place = { city: 'value', days: 7 } as const;
export const toolNames = ['weather', 'time'] as const;
