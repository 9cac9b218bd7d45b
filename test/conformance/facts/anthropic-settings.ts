import type { JsonObject } from '../../../src/core/json.ts';
import { listOf, objectOf, textOf } from './exact-json.ts';
import type { Notes } from './notes.ts';
import { noteAmount, noteSchema } from './settings.ts';

/** What a request to Anthropic's messages says of the answer it wants. */
export function noteAnthropicSettings(wire: JsonObject, notes: Notes): void {
  noteOutput(wire, notes);
  noteThinking(wire, notes);
  const { stop_sequences: stops, service_tier: tier, stream } = wire;
  for (const [index, one] of listOf(stops).entries()) notes.note('stop', textOf(one), `stop_sequences[${index}]`);
  noteAmount(notes, wire, { kind: 'limit', name: 'max_tokens' });
  noteAmount(notes, wire, { kind: 'temperature', name: 'temperature' });
  noteAmount(notes, wire, { kind: 'top-p', name: 'top_p' });
  noteAmount(notes, wire, { kind: 'top-k', name: 'top_k' });
  if (tier === 'auto') notes.skip('service_tier');
  else if (typeof tier === 'string') {
    notes.note('service-tier', /^(standard_only|default)$/.test(tier) ? 'standard' : tier, 'service_tier');
  }
  const user = textOf(objectOf(wire['metadata'])['user_id']);
  if (user !== '') notes.note('end-user', user, 'metadata.user_id');
  if (stream === true) notes.note('stream', 'yes', 'stream');
  else notes.skip('stream');
}

/** `output_format` is the name that the structured outputs' beta had. */
function noteOutput(wire: JsonObject, notes: Notes): void {
  const format = objectOf(objectOf(wire['output_config'])['format'] ?? wire['output_format']);
  const at = wire['output_format'] === undefined ? 'output_config.format' : 'output_format';
  if (format['type'] !== 'json_schema') return;
  notes.skip(`${at}.type`);
  noteSchema(notes, format['schema'], { kind: 'schema', at: `${at}.schema` });
}

/** Whether to think: an effort alone does not say so, for it is about the answer too, but for one that is none. */
function noteThinking(wire: JsonObject, notes: Notes): void {
  const { type, budget_tokens: budget } = objectOf(wire['thinking']);
  const effort = objectOf(wire['output_config'])['effort'];
  notes.skip('thinking.type', 'thinking.budget_tokens');
  if (typeof effort === 'string') notes.skip('output_config.effort');
  const off = effort === 'none' || type === 'disabled';
  if (off) notes.skip('thinking.display');
  if (type !== undefined || budget !== undefined) notes.note('reasoning', off ? 'off' : 'on', 'thinking.type');
  else if (typeof effort === 'string') notes.note('reasoning', off ? 'off' : 'on', 'output_config.effort');
}
