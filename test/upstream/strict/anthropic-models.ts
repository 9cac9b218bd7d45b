import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';
import { Refusal } from './server.ts';

/** What one generation of models takes. https://platform.claude.com/docs/en/about-claude/models/migration-guide */
interface Generation {
  readonly match: RegExp;
  readonly mostOutput: number;
  readonly thinks: readonly ('budget' | 'adaptive')[];
  readonly structured: boolean;
  readonly sampling: 'both' | 'one' | 'none';
}

const generations: readonly Generation[] = [
  { match: /claude-3-5/, mostOutput: 8_192, thinks: [], structured: false, sampling: 'both' },
  { match: /claude-3-7/, mostOutput: 64_000, thinks: ['budget'], structured: false, sampling: 'both' },
  { match: /claude-3/, mostOutput: 4_096, thinks: [], structured: false, sampling: 'both' },
  {
    match: /claude-(opus|sonnet)-4-(0|2)/,
    mostOutput: 32_000,
    thinks: ['budget'],
    structured: false,
    sampling: 'both',
  },
  { match: /claude-opus-4-1/, mostOutput: 32_000, thinks: ['budget'], structured: false, sampling: 'one' },
  { match: /claude-\w+-4-5/, mostOutput: 64_000, thinks: ['budget'], structured: true, sampling: 'one' },
  { match: /claude-\w+-4-6/, mostOutput: 128_000, thinks: ['budget', 'adaptive'], structured: true, sampling: 'one' },
  { match: /claude-/, mostOutput: 128_000, thinks: ['adaptive'], structured: true, sampling: 'none' },
];

/** Refuses what the model of the request does not take; a model that is none is not found. */
export function checkModel(json: JsonObject): void {
  const { model, max_tokens: most, thinking, output_config: output, temperature, top_p: p } = json;
  const known = generations.find(({ match }) => match.test(String(model)));
  if (known === undefined) throw new Refusal(`model: ${String(model)}`, { status: 404, type: 'not_found_error' });
  if (typeof most === 'number' && most > known.mostOutput) {
    throw new Refusal(`max_tokens: ${most} > ${known.mostOutput}, which is the maximum for ${String(model)}`);
  }
  const type = isJsonObject(thinking) ? thinking['type'] : 'disabled';
  const way = type === 'enabled' ? 'budget' : type === 'adaptive' ? 'adaptive' : undefined;
  if (way !== undefined && !known.thinks.includes(way)) {
    throw new Refusal(`thinking.type: '${String(type)}' is not supported for this model`);
  }
  const { format, effort } = isJsonObject(output) ? output : {};
  if (format !== undefined && !known.structured) {
    throw new Refusal('output_config.format: structured outputs are not supported for this model');
  }
  if (effort !== undefined && !known.thinks.includes('adaptive') && !/opus-4-5/.test(String(model))) {
    throw new Refusal('output_config.effort: This model does not support the effort parameter.');
  }
  const given = [temperature, p].filter((one) => typeof one === 'number');
  if (known.sampling === 'one' && given.length > 1) {
    throw new Refusal('`temperature` and `top_p` cannot both be specified for this model. Please use only one.');
  }
  if (known.sampling === 'none' && given.some((one) => one !== 1)) {
    throw new Refusal('temperature: this model takes no sampling parameters');
  }
}
