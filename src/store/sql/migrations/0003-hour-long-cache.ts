import type { Migration } from '../migration.ts';

/**
 * Tokens written to a cache for an hour, counted and priced on their own. Price lists taken up without that price are taken
 * out, and so are taken up again, whole, at the next start: nothing refers to them, for entries keep what they cost.
 */
export const hourLongCache: Migration = {
  version: 3,
  name: 'hour-long cache',
  statements: [
    'alter table entries add column cache_write_1h integer',
    'alter table prices add column cache_write_1h integer',
    "delete from prices where source like 'genai-prices@%'",
    'drop index prices_once',
    `create unique index prices_once on prices (
      provider, model, valid_from, source, ifnull(input, -1), ifnull(cached_input, -1), ifnull(cache_write, -1),
      ifnull(cache_write_1h, -1), ifnull(audio_input, -1), ifnull(output, -1), ifnull(reasoning, -1), ifnull(audio_output, -1),
      ifnull(per_request, -1), ifnull(tiers, '')
    )`,
  ],
};
