import type { JsonObject } from '../../../src/core/json.ts';
import { listOf, objectOf, textOf } from './exact-json.ts';
import type { FactKind } from './fact.ts';
import type { Notes } from './notes.ts';
import { noteAmount, noteSchema } from './settings.ts';

/** What a chat completion's request says of the answer it wants: form, limits, chance. */
export function noteOpenaiSettings(wire: JsonObject, notes: Notes): void {
  noteFormat(objectOf(wire['response_format']), notes);
  const { stop, service_tier: tier, reasoning_effort: effort, stream } = wire;
  if (typeof stop === 'string') notes.note('stop', stop, 'stop');
  for (const [index, one] of listOf(stop).entries()) notes.note('stop', textOf(one), `stop[${index}]`);
  for (const [kind, name, usual] of amounts) {
    noteAmount(notes, wire, { kind, name, ...(usual !== undefined && { usual }) });
  }
  if (wire['logprobs'] === false) notes.skip('logprobs');
  if (listOf(wire['modalities']).every((one) => one === 'text')) notes.skip('modalities');
  if (tier === 'auto') notes.skip('service_tier');
  else if (typeof tier === 'string') {
    notes.note('service-tier', tier === 'default' ? 'standard' : tier, 'service_tier');
  }
  const user = textOf(wire['user']) === '' ? 'safety_identifier' : 'user';
  if (textOf(wire[user]) !== '') notes.note('end-user', textOf(wire[user]), user);
  if (typeof effort === 'string') notes.note('reasoning', effort === 'none' ? 'off' : 'on', 'reasoning_effort');
  if (stream === true) notes.note('stream', 'yes', 'stream');
  else notes.skip('stream');
}

function noteFormat(format: JsonObject, notes: Notes): void {
  const { description, schema } = objectOf(format['json_schema']);
  const at = 'response_format';
  if (format['type'] === 'text') notes.skip(at);
  if (format['type'] === 'json_object') notes.note('json', 'json', at);
  if (format['type'] !== 'json_schema') return;
  // The name is a label that is asked for, and read by nobody.
  notes.skip(`${at}.type`, `${at}.json_schema.strict`, `${at}.json_schema.name`);
  if (typeof description === 'string') notes.note('schema-description', description, `${at}.json_schema.description`);
  noteSchema(notes, schema, { kind: 'schema', at: `${at}.json_schema.schema` });
}

const amounts: readonly (readonly [FactKind, string, number?])[] = [
  ['limit', 'max_completion_tokens'],
  ['limit', 'max_tokens'],
  ['temperature', 'temperature'],
  ['top-p', 'top_p'],
  ['top-k', 'top_k'],
  ['seed', 'seed'],
  // Mistral's name for it.
  ['seed', 'random_seed'],
  ['frequency-penalty', 'frequency_penalty', 0],
  ['presence-penalty', 'presence_penalty', 0],
  ['choices', 'n', 1],
];
