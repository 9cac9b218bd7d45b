import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { messageAnswer, tokensOf } from './anthropic-answer.ts';
import { checkModel } from './anthropic-models.ts';
import { checkAnthropic } from './anthropic-request.ts';
import { frame } from './anthropic-stream.ts';
import { type Answer, type Question, Refusal, type StrictUpstream, strictUpstream } from './server.ts';

/** Anthropic's API with a model that does the same every time, and all of its rules. */
export function anthropicUpstream(): Promise<StrictUpstream> {
  const cached = new Set<string>();
  let answers = 0;
  return strictUpstream({
    answer(question) {
      const { path, method, json } = question;
      if (method === 'GET' && path === '/v1/models') return { body: modelList };
      if (method !== 'POST' || !paths.includes(path))
        throw new Refusal('Not found', { status: 404, type: 'not_found_error' });
      const trouble = troubles[String(json['model'])];
      if (trouble !== undefined) return troubled(trouble, question);
      checkAnthropic(question);
      checkModel(json);
      if (path.endsWith('/count_tokens')) return { body: { input_tokens: tokensOf(JSON.stringify(json)) } };
      answers += 1;
      const id = `msg_${String(answers).padStart(4, '0')}`;
      return withRequestId(messageAnswer(json, id, (asked) => inputUsage(asked, cached)));
    },
    refusal: ({ status, type, message }) => withRequestId(errorAnswer(status, type, message)),
  });
}

const paths: readonly string[] = ['/v1/messages', '/v1/messages/count_tokens'];

const modelList = {
  data: ['claude-haiku-4-5', 'claude-opus-4-6'].map((id) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2026-01-01T00:00:00Z',
  })),
  has_more: false,
  first_id: 'claude-haiku-4-5',
  last_id: 'claude-opus-4-6',
};

/** Models that are nothing but trouble, by name: the status, the type of error. */
const troubles: Readonly<Record<string, readonly [number, string]>> = {
  'claude-401': [401, 'authentication_error'],
  'claude-402': [402, 'billing_error'],
  'claude-403': [403, 'permission_error'],
  'claude-404': [404, 'not_found_error'],
  'claude-413': [413, 'request_too_large'],
  'claude-429': [429, 'rate_limit_error'],
  'claude-500': [500, 'api_error'],
  'claude-529': [529, 'overloaded_error'],
  /** Begins to answer and breaks off with an error. */
  'claude-breaks': [200, 'overloaded_error'],
  /** Begins to answer and says no more. */
  'claude-stalls': [200, 'stalls'],
};

function troubled([status, type]: readonly [number, string], { json }: Question): Answer {
  if (status !== 200) return withRequestId(errorAnswer(status, type, `The model is a ${status}.`));
  const asked = { ...json, model: 'claude-haiku-4-5', messages: [{ role: 'user', content: 'say a few words' }] };
  const { frames = [] } = messageAnswer({ ...asked, stream: true }, 'msg_broken', () => ({ input_tokens: 9 }));
  const begun = frames.slice(0, 4);
  if (type === 'stalls') return { frames: [...begun, 'wait'] };
  return { frames: [...begun, frame('error', { error: { type, message: 'Overloaded' } })] };
}

function errorAnswer(status: number, type: string, message: string): Answer {
  const body = { type: 'error', error: { type, message }, request_id: 'req_upstream' };
  return { status, body, ...(status === 429 && { headers: { 'retry-after': '1' } }) };
}

function withRequestId(answer: Answer): Answer {
  return { ...answer, headers: { 'request-id': 'req_upstream', ...answer.headers } };
}

/** Counts what stands before the last breakpoint as written to the cache, and as read from it the next time. */
function inputUsage(json: JsonObject, cached: Set<string>): JsonObject {
  const { prefix, rest, ttl } = splitAtBreakpoint(json);
  const known = cached.has(prefix);
  if (prefix !== '') cached.add(prefix);
  const count = prefix === '' ? 0 : tokensOf(prefix);
  const written = known ? 0 : count;
  return {
    input_tokens: tokensOf(rest),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: known ? count : 0,
    cache_creation: {
      ephemeral_5m_input_tokens: ttl === '1h' ? 0 : written,
      ephemeral_1h_input_tokens: ttl === '1h' ? written : 0,
    },
  };
}

function splitAtBreakpoint({ tools, system, messages }: JsonObject): Split {
  const all: Json[] = [...listed(tools), ...listed(system), ...listed(messages).flatMap(contentOf)];
  const at = all.findLastIndex((one) => isJsonObject(one) && isJsonObject(one['cache_control']));
  const marked = all[at];
  const control = isJsonObject(marked) ? marked['cache_control'] : undefined;
  return {
    prefix: at < 0 ? '' : JSON.stringify(all.slice(0, at + 1)),
    rest: JSON.stringify(all.slice(at + 1)),
    ttl: isJsonObject(control) ? String(control['ttl']) : '5m',
  };
}

interface Split {
  readonly prefix: string;
  readonly rest: string;
  readonly ttl: string;
}

function listed(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function contentOf(message: Json): readonly Json[] {
  return isJsonObject(message) ? listed(message['content']) : [];
}
