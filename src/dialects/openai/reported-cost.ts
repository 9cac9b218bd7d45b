import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { scaledUsd } from '../../core/money.ts';

/** What the provider says it charges: in USD (OpenRouter, Vercel), in parts (Perplexity), in 10⁻¹⁰ USD (xAI). */
export function reportedCostOf(usage: JsonObject): bigint | undefined {
  const { cost, cost_in_usd_ticks: ticks } = usage;
  const usd = isJsonObject(cost) ? cost['total_cost'] : cost;
  if (isAmount(usd)) return (scaledUsd(usd, 12) + 999n) / 1000n;
  return isAmount(ticks) && Number.isInteger(ticks) ? (BigInt(ticks) + 9n) / 10n : undefined;
}

function isAmount(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value < 1e12;
}
