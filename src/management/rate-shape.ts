import { z } from 'zod';
import { type LimitMode, type RateLimitName, type RateRule, rateLimitNames } from '../core/limit.ts';
import type { Ids } from '../core/ports.ts';
import { askedAs } from './asked-shape.ts';
import {
  identified,
  isSameMatch,
  matchFields,
  matchOf,
  mostLimits,
  objectOf,
  oneOf,
  refused,
  spellMatch,
} from './limit-reader.ts';

/** No vendor permits more, and nobody means it. */
const mostAsked = 1_000_000_000_000;

const amounts = z.object(
  Object.fromEntries(rateLimitNames.map((name) => [name, z.int().min(0).max(mostAsked).optional()])) as {
    readonly [Name in RateLimitName]: z.ZodOptional<z.ZodInt>;
  },
);
const ruleShape = amounts.extend({
  id: z.string().optional(),
  end_user: z.string().optional().describe('Only calls of this end user; `*` for each on its own.'),
  tag: z.string().optional().describe('Only calls with this tag; `*` for each on its own.'),
  model: z.string().optional().describe('Only calls to this `provider/model`; `*` for each on its own.'),
  mode: z
    .enum(['hard', 'observe'])
    .optional()
    .describe('`observe` refuses nothing and flags what it would have refused.'),
});

/** As rules are told: a single one that says nothing but figures as the object that it is. */
export const ratesShape = z
  .union([amounts, z.array(ruleShape)])
  .nullable()
  .describe('How much may be asked in any stretch of time, and how much at once; null for no limit.');

/** As they are asked for. Read by `readRates`, whose sentences name the field within. */
export const ratesField = askedAs(
  ratesShape,
  'How much may be asked in any stretch of time, and how much at once: {"requests_per_minute": 60}, or a list of such objects, each with end_user, tag, model or mode. Null for no limit.',
);

/** What is asked for, each rule under the id of the one that it takes the place of. */
export function readRates(
  given: unknown,
  { before = [], ids }: { readonly before?: readonly RateRule[] | undefined; readonly ids: Pick<Ids, 'make'> },
): readonly RateRule[] {
  if (given === null) return [];
  if (!Array.isArray(given)) {
    const rule = readRule(given, 'rate_limits');
    if (Object.keys(rule.limits).length === 0) return [];
    return withIds([rule], { before, ids });
  }
  if (given.length > mostLimits) throw refused('rate_limits', given.length, `a list of at most ${mostLimits} rules`);
  const rules = given.map((each, index) => readRule(each, `rate_limits[${index}]`));
  const empty = rules.findIndex(({ limits }) => Object.keys(limits).length === 0);
  if (empty !== -1)
    throw refused(`rate_limits[${empty}]`, given[empty], `one that names a limit: ${rateLimitNames.join(', ')}`);
  return withIds(rules, { before, ids });
}

type NewRule = Omit<RateRule, 'id'> & { readonly id?: string };

function withIds(
  rules: readonly NewRule[],
  { before, ids }: { readonly before: readonly RateRule[]; readonly ids: Pick<Ids, 'make'> },
): readonly RateRule[] {
  const isSame = [
    (one: NewRule, old: RateRule) => isSameMatch(one.match, old.match) && one.mode === old.mode,
    (one: NewRule, old: RateRule) => isSameMatch(one.match, old.match),
  ];
  const old = identified(rules, before, { param: 'rate_limits', isSame });
  return rules.map((rule, index) => ({ ...rule, id: old[index]?.id ?? ids.make('rate') }));
}

const example = '{"requests_per_minute": 60}';

function readRule(given: unknown, param: string): NewRule {
  const known = [...rateLimitNames, ...matchFields, 'mode', 'id'];
  const rule = objectOf(given, { param, known, example });
  const limits = rateLimitNames.flatMap((name) =>
    rule[name] === undefined || rule[name] === null ? [] : [[name, amountOf(rule[name], `${param}.${name}`)] as const],
  );
  const { id } = rule;
  if (id !== undefined && typeof id !== 'string') throw refused(`${param}.id`, id, 'the id of a rule that is there');
  return {
    ...(id === undefined ? {} : { id }),
    limits: Object.fromEntries(limits),
    mode: oneOf<LimitMode>(rule['mode'], { param: `${param}.mode`, words: ['hard', 'observe'] }),
    match: matchOf(rule, param),
  };
}

function amountOf(value: unknown, param: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostAsked) return value;
  throw refused(param, value, `a whole number from 0 to ${mostAsked}; leave it out for no limit`);
}

export function spellRates(rules: readonly RateRule[] = []): z.input<typeof ratesShape> {
  const [only] = rules;
  if (only === undefined) return null;
  if (rules.length === 1 && only.mode === 'hard' && Object.keys(only.match).length === 0) return { ...only.limits };
  return rules.map(({ id, limits, match, mode }) => ({
    id,
    ...limits,
    ...spellMatch(match),
    mode: mode === 'hard' ? 'hard' : 'observe',
  }));
}
