import type { JsonObject } from '../../../src/core/json.ts';
import { chatAnswer } from './openai-answer.ts';
import { checkOpenai } from './openai-request.ts';
import { type Answer, Refusal, type StrictUpstream, strictUpstream } from './server.ts';

/** OpenAI's chat completions with a model that does the same every time, and the API's rules. */
export function openaiUpstream(): Promise<StrictUpstream> {
  let answers = 0;
  return strictUpstream({
    answer(question) {
      const { path, method, json } = question;
      if (method === 'GET' && path === '/v1/models') return { body: modelList };
      if (method !== 'POST' || path !== '/v1/chat/completions') throw new Refusal('Not found', { status: 404 });
      const trouble = troubles[String(json['model'])];
      if (trouble !== undefined) return troubled(trouble, json);
      checkOpenai(question);
      answers += 1;
      return withRequestId(chatAnswer(json, `chatcmpl-${String(answers).padStart(4, '0')}`));
    },
    refusal: ({ status, type, message, param }) =>
      withRequestId({ status, body: { error: { message, type, param: param ?? null, code: null } } }),
  });
}

const modelList = {
  object: 'list',
  data: ['gpt-4o', 'gpt-5'].map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'system' })),
};

/** Models that are nothing but trouble, by name: status, type and code of the error. */
const troubles: Readonly<Record<string, readonly [number, string, string | null]>> = {
  'gpt-401': [401, 'invalid_request_error', 'invalid_api_key'],
  'gpt-403': [403, 'invalid_request_error', null],
  'gpt-404': [404, 'invalid_request_error', 'model_not_found'],
  'gpt-413': [413, 'invalid_request_error', null],
  'gpt-429': [429, 'tokens', 'rate_limit_exceeded'],
  'gpt-quota': [429, 'insufficient_quota', 'insufficient_quota'],
  'gpt-500': [500, 'server_error', null],
  'gpt-503': [503, 'server_error', null],
  'gpt-long': [400, 'invalid_request_error', 'context_length_exceeded'],
  'gpt-breaks': [200, 'server_error', null],
  'gpt-stalls': [200, 'stalls', null],
};

function troubled([status, type, code]: readonly [number, string, string | null], json: JsonObject): Answer {
  const error = { message: `The model is a ${status}.`, type, param: null, code };
  if (status !== 200) return withRequestId({ status, body: { error } });
  const { frames = [] } = chatAnswer({ ...json, model: 'gpt-4o', stream: true }, 'chatcmpl-broken');
  const begun = frames.slice(0, 2);
  return { frames: type === 'stalls' ? [...begun, 'wait'] : [...begun, `data: ${JSON.stringify({ error })}\n\n`] };
}

function withRequestId(answer: Answer): Answer {
  return { ...answer, headers: { 'x-request-id': 'req_upstream', ...answer.headers } };
}
