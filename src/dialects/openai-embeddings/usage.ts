import type { ReportedUsage } from '../../core/chat.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Field } from '../field.ts';
import { reportedCostOf } from '../openai/reported-cost.ts';
import { invalidUsage, isCount, type UsageReading, unsaidUsage } from '../usage-reading.ts';
import { dialect } from './carry.ts';

/**
 * What goes in is all that is counted, so `prompt_tokens` alone is complete; Voyage has only a total. A zero is no count of
 * anything that was embedded: LM Studio always says so. https://platform.openai.com/docs/api-reference/embeddings/object
 */
export function readUsage(usage: Json | undefined): UsageReading {
  if (usage === undefined || usage === null) return unsaidUsage;
  if (!isJsonObject(usage)) return invalidUsage;
  const input = usage['prompt_tokens'] ?? usage['total_tokens'] ?? 0;
  if (!isCount(input)) return invalidUsage;
  if (input === 0) return unsaidUsage;
  const tokens = { input };
  const reportedCost = reportedCostOf(usage);
  return { usage: reportedCost === undefined ? { tokens } : { tokens, reportedCost } };
}

/** `usage` in an answer. */
export const reportedUsage: Field<ReportedUsage> = {
  path: 'usage',
  expected: 'an object',
  read(found) {
    if (!isJsonObject(found)) return undefined;
    const { usage } = readUsage(found);
    return { value: { ...(usage !== undefined && { counted: usage }), raw: { dialect, wire: found } } };
  },
  write({ counted, raw }) {
    if (raw?.dialect === dialect) return raw.wire;
    const input = counted?.tokens.input;
    return input === undefined ? undefined : { prompt_tokens: input, total_tokens: input };
  },
};
