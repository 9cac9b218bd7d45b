import { isJsonObject, type Json } from '../core/json.ts';
import type { Kept } from '../core/ports.ts';
import type { PriceJump } from './price-guard.ts';

const file = 'refused-prices.json';

/** What was refused when the price list in use was taken up: just now, or at an earlier start. */
export async function keptJumps(
  kept: Kept,
  added: { readonly jumps: readonly PriceJump[] } | undefined,
): Promise<readonly PriceJump[]> {
  if (added === undefined) return jumpsIn(kept.read(file));
  await kept.write(file, JSON.stringify(added.jumps));
  return added.jumps;
}

function jumpsIn(text: string | undefined): readonly PriceJump[] {
  try {
    const value: Json = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.flatMap((jump) => jumpIn(jump) ?? []) : [];
  } catch {
    return [];
  }
}

function jumpIn(value: Json): PriceJump | undefined {
  if (!isJsonObject(value)) return undefined;
  const { provider, model, why } = value;
  const isWhole = typeof provider === 'string' && typeof model === 'string' && typeof why === 'string';
  return isWhole ? { provider, model, why } : undefined;
}
