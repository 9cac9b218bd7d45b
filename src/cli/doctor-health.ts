import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { beware, type Finding, mend } from './finding.ts';
import { plain } from './plain.ts';

/**
 * What calls have shown of a provider, as the server tells it: a finding if it fails now, or if one of its models does. A credential
 * that is taken says nothing of that.
 */
export function healthFindings({ name, health, disabled }: JsonObject): readonly Finding[] {
  if (typeof name !== 'string' || !isJsonObject(health) || disabled === true) return [];
  const shown = plain(name);
  const remedy = `trestle providers get ${shown} shows of which models and how; trestle requests --provider ${shown} --outcome failed, the calls that nobody else answered`;
  if (health['state'] === 'failing') return [mend(`calls to ${shown}`, failing(health, health), remedy)];
  const models = Array.isArray(health['models']) ? health['models'].filter(isJsonObject) : [];
  return models
    .filter(({ state }) => state === 'failing')
    .map((model) => beware(`calls to ${shown}/${plain(String(model['model']))}`, failing(model, health), remedy));
}

/** What it is, and since when. Models are known for as long as their provider is. */
function failing(seen: JsonObject, { since }: JsonObject): string {
  const { last_success_at: wellAt, last_failure: last } = seen;
  const well =
    typeof wellAt === 'string' ? `the last that went well was at ${wellAt}` : `none went well since ${text(since)}`;
  const kind = isJsonObject(last) ? `; the last failure, ${text(last['kind'])}, was at ${text(last['at'])}` : '';
  return `more than half of the newest fail now; ${well}${kind}`;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : 'an unknown time';
}
