import type { Migration } from '../migration.ts';

/**
 * Prices for long inputs. Price lists taken up without them are taken out, and so are taken up again, whole, at the next start:
 * nothing refers to them, for entries keep what they cost.
 */
export const priceTiers: Migration = {
  version: 2,
  name: 'price tiers',
  statements: [
    'alter table prices add column tiers text',
    "delete from prices where source like 'genai-prices@%'",
    'drop index prices_once',
    `create unique index prices_once on prices (
      provider, model, valid_from, source, ifnull(input, -1), ifnull(cached_input, -1), ifnull(cache_write, -1),
      ifnull(audio_input, -1), ifnull(output, -1), ifnull(reasoning, -1), ifnull(audio_output, -1), ifnull(per_request, -1),
      ifnull(tiers, '')
    )`,
  ],
};
