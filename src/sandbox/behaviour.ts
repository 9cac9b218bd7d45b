import { Failure } from '../core/failure.ts';

/**
 * The pace and the faults that may be asked for, in the query of the model's name or in the `x-trestle-sandbox` header.
 * Tokens are the sandbox's own (tokens.ts), those of all alternatives together.
 */
const parameters = {
  /** Milliseconds until the first token, the whole answer, or the failure. */
  ttftMs: { name: 'ttft_ms', least: 0, most: 3_600_000, whole: false },
  tokensPerSecond: { name: 'tokens_per_second', least: 0.001, most: 1_000_000, whole: false },
  /** How much lorem writes if nothing limits it to less. */
  tokens: { name: 'tokens', least: 0, most: 16_384, whole: true },
  /** How many calls of offered tools it makes, demanded or not. */
  toolCalls: { name: 'tool_calls', least: 0, most: 16, whole: true },
  /** Answers with this status and an error body. */
  fail: { name: 'fail', least: 400, most: 599, whole: true },
  /** How often `fail` strikes, from 0 to 1; drawn from the request's seed if it has one. */
  failRate: { name: 'fail_rate', least: 0, most: 1, whole: false },
  /** Seconds that a failed answer says to wait. */
  retryAfter: { name: 'retry_after', least: 0, most: 1_000_000, whole: false },
  /** The connection breaks after so many tokens; a whole answer breaks in its middle. */
  cutAfter: { name: 'cut_after', least: 0, most: 1_000_000, whole: true },
  /** The answer ends there in good order, but not finished: no `[DONE]`, half a JSON text. */
  endAfter: { name: 'end_after', least: 0, most: 1_000_000, whole: true },
  /** An error in mid-stream; in place of a whole answer, with status 200. */
  errorAfter: { name: 'error_after', least: 0, most: 1_000_000, whole: true },
  /** Silence from there on, until the caller gives up. */
  stallAfter: { name: 'stall_after', least: 0, most: 1_000_000, whole: true },
  /** Not even a head, until the caller gives up. */
  hang: { name: 'hang', least: 0, most: 1, whole: true },
  /** Says nothing of usage. */
  noUsage: { name: 'no_usage', least: 0, most: 1, whole: true },
  /** Gives vectors in the encoding that was not asked for, as servers do that know only one. */
  otherEncoding: { name: 'other_encoding', least: 0, most: 1, whole: true },
  /** An HTML page with status 200. */
  html: { name: 'html', least: 0, most: 1, whole: true },
  /** The same page under the content type of a proper answer. */
  garbage: { name: 'garbage', least: 0, most: 1, whole: true },
} as const satisfies Record<string, Parameter>;

/** Numbers, in the units of the table. A flag is on at 1. */
export type Behaviour = { readonly [Name in keyof typeof parameters]?: number };

/** Where a parameter stood, to name it in a refusal. */
export interface BehaviourSource {
  readonly query: string;
  /** `model` or the header. */
  readonly param: string;
}

interface Parameter {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const table: readonly (readonly [string, Parameter])[] = Object.entries(parameters);

/** Reads the sources together. Throws `Failure('request-invalid')` for what it does not know or what is said twice. */
export function behaviourOf(sources: readonly BehaviourSource[]): Behaviour {
  const asked: Record<string, number> = {};
  for (const { query, param } of sources) {
    for (const [name, text] of new URLSearchParams(query)) {
      const entry = table.find(([, parameter]) => parameter.name === name);
      if (entry === undefined) throw unknownParameter(name, param);
      const [key, parameter] = entry;
      if (key in asked) throw refusal(`The sandbox parameter '${name}' is given twice; give it once.`, param);
      asked[key] = numberOf(text, parameter, param);
    }
  }
  if ('failRate' in asked && !('fail' in asked)) {
    throw refusal("The sandbox parameter 'fail_rate' says how often, but not how; add 'fail=<status>'.", 'model');
  }
  return asked;
}

function numberOf(text: string, parameter: Parameter, param: string): number {
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  const fits = value >= parameter.least && value <= parameter.most && (!parameter.whole || Number.isInteger(value));
  if (fits) return value;
  const kind = parameter.whole ? 'a whole number' : 'a number';
  throw refusal(
    `The sandbox parameter '${parameter.name}' takes ${kind} from ${parameter.least} to ${parameter.most}, not '${text}'.`,
    param,
  );
}

function unknownParameter(name: string, param: string): Failure {
  const known = table.map(([, parameter]) => parameter.name).join(', ');
  return refusal(`'${name}' is no sandbox parameter; known ones are: ${known}.`, param);
}

function refusal(message: string, param: string): Failure {
  return new Failure('request-invalid', message, { param, code: 'invalid_sandbox_parameter' });
}
