import type { Failure } from '../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { ErrorAnswer } from './dialect.ts';
import { errorFailure } from './error-kind.ts';

/** The longest text of a provider that we repeat. */
const longest = 4000;

/** The error object of a provider's error answer, always with words; made of its bare text if it has none. */
export function answeredError({ bytes, status }: ErrorAnswer): JsonObject {
  const text = new TextDecoder().decode(bytes);
  const error = errorIn(text) ?? {};
  const words = error['message'];
  return { ...error, message: typeof words === 'string' && words !== '' ? clipped(words) : plainWords(text, status) };
}

/**
 * The error object within a provider's answer, whichever of the shapes vendors use: `{error: {…}}`, `{error: '…'}`, the object
 * itself, `{detail}`, `{errors}`, one of these in an array. Undefined if it says nothing that could be repeated.
 */
export function errorObject(answer: Json): JsonObject | undefined {
  if (Array.isArray(answer)) return answer.length === 0 ? undefined : errorObject(answer[0] ?? null);
  if (!isJsonObject(answer)) return undefined;
  const { error, errors, detail, message } = answer;
  if (isJsonObject(error)) return error;
  if (typeof error === 'string') return { ...rest(answer, ['error', 'error_type']), ...typed(answer), message: error };
  if (Array.isArray(error)) return { message: error.map(wordsOf).join('; ') };
  if (typeof message === 'string') return withoutMarker(answer);
  if (isJsonObject(detail)) return errorObject(detail) ?? { message: JSON.stringify(detail) };
  if (typeof detail === 'string') return { message: detail };
  if (Array.isArray(detail)) return validation(detail);
  return Array.isArray(errors) ? errorObject(errors) : undefined;
}

/** The failure that a body tells of although its status is that of a success, or that stands in a stream. */
export function saidFailure(answer: JsonObject): Failure | undefined {
  const { error } = answer;
  if (error === undefined || error === null || error === false || error === '') return undefined;
  const said = errorObject(answer);
  return said && errorFailure(said, undefined);
}

function errorIn(text: string): JsonObject | undefined {
  try {
    return errorObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What a body without an error object says, for people. */
function plainWords(body: string, status: number): string {
  const text = body.trim();
  if (text === '') return `The provider answered ${status} without a word.`;
  if (!/^<(!doctype|html|\?xml)/i.test(text)) return clipped(text);
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]?.trim() ?? '';
  return `The provider answered ${status} with a web page${title === '' ? '' : `: ${clipped(title)}`}.`;
}

function clipped(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function typed(answer: JsonObject): JsonObject {
  return typeof answer['error_type'] === 'string' ? { type: answer['error_type'] } : {};
}

/** Mistral and vLLM mark their error objects with `object: 'error'`, Anthropic's kind with `type: 'error'`. */
function withoutMarker(answer: JsonObject): JsonObject {
  return answer['object'] === 'error' ? rest(answer, ['object']) : answer;
}

/** FastAPI's complaints: `[{loc: ['body', 'messages'], msg: 'Field required', type: 'missing'}]`. */
function validation(detail: readonly Json[]): JsonObject {
  const complaints = detail.map((one) => {
    if (!isJsonObject(one)) return { path: '', said: wordsOf(one) };
    const path = Array.isArray(one['loc']) ? pathOf(one['loc']) : '';
    const said = typeof one['msg'] === 'string' ? one['msg'] : wordsOf(one);
    return { path, said: path === '' ? said : `${path}: ${said}` };
  });
  const param = complaints.find(({ path }) => path !== '')?.path;
  return { message: complaints.map(({ said }) => said).join('; '), ...(param !== undefined && { param }) };
}

function pathOf(steps: readonly Json[]): string {
  const own = steps[0] === 'body' ? steps.slice(1) : steps;
  return own
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function wordsOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function rest(answer: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !members.includes(name)));
}
