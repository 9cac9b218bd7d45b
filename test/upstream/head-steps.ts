import type { Fault } from './fault.ts';
import { bytesOf, head, type Step, send, whole } from './step.ts';

const page =
  '<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>Something is wrong on the way.</body></html>';

/** What a fault does that leaves no good answer to give; undefined if there is one yet. */
export function headSteps(fault: Fault): Iterable<Step> | undefined {
  switch (fault.kind) {
    case 'reset':
      return [{ do: 'reset' }];
    case 'close':
      return [{ do: 'break' }];
    case 'silence':
      return [{ do: 'stall' }];
    case 'status':
      return [send(refusal(fault))];
    case 'redirect':
      return [send(whole(fault.status ?? 302, '', { Location: fault.location }))];
    case 'html':
      return [send(whole(200, page, { 'Content-Type': 'text/html' }))];
    case 'error-200':
      return [send(whole(200, JSON.stringify(errorBody(500, undefined))))];
    case 'empty':
      return [send(whole(200, ''))];
    case 'no-content':
      return [send(head(204, {}))];
    case 'headers-huge':
      return [send(head(200, { 'X-Huge': 'h'.repeat(fault.bytes ?? 70_000), 'Content-Length': '2' })), send('{}')];
    case 'headers-endless':
      return endlessHeaders();
    case 'informational-flood':
      return flood(fault.count ?? 10_000);
    case 'head-garbage':
      return [send('SSH-2.0-upstream\r\n\r\n'), { do: 'break' }];
    case 'head-stall':
      return [send('HTTP/1.1 200 OK\r\nContent-Type: appl'), { do: 'stall' }];
    default:
      return undefined;
  }
}

function* endlessHeaders(): Generator<Step, void> {
  yield send('HTTP/1.1 200 OK\r\n');
  const header = bytesOf(`X-More: ${'h'.repeat(1000)}\r\n`);
  for (;;) yield send(header);
}

function* flood(count: number): Generator<Step, void> {
  for (let index = 0; index < count; index += 1) yield send('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');
  yield { do: 'stall' };
}

type StatusFault = Extract<Fault, { kind: 'status' }>;

function refusal({ status, retryAfter, headers, body = 'openai', code }: StatusFault): Uint8Array {
  const wait = { ...headers, ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }) };
  switch (body) {
    case 'openai':
      return whole(status, JSON.stringify(errorBody(status, code)), wait);
    case 'detail':
      return whole(status, JSON.stringify({ detail: 'Something is wrong.' }), wait);
    case 'html':
      return whole(status, page, { 'Content-Type': 'text/html', ...wait });
    case 'text':
      return whole(status, 'Something is wrong.', { 'Content-Type': 'text/plain', ...wait });
    case 'empty':
      return whole(status, '', wait);
  }
}

/** As OpenAI words them. */
function errorBody(status: number, code: string | undefined): object {
  const [type, message, usual] = words[status] ??
    words[status < 500 ? 400 : 500] ?? ['server_error', 'Something is wrong.', null];
  return { error: { message, type, param: null, code: code ?? usual } };
}

const words: Readonly<Record<number, readonly [type: string, message: string, code: string | null]>> = {
  400: ['invalid_request_error', 'The request is wrong.', null],
  401: ['invalid_request_error', 'Incorrect API key provided.', 'invalid_api_key'],
  403: ['invalid_request_error', 'You are not allowed to sample from this model.', null],
  404: ['invalid_request_error', 'The model does not exist or you do not have access to it.', 'model_not_found'],
  429: ['requests', 'Rate limit reached.', 'rate_limit_exceeded'],
  500: ['server_error', 'The server had an error while processing your request. Sorry about that!', null],
  503: ['server_error', 'The server is currently overloaded with other requests. Sorry about that!', null],
  529: ['overloaded_error', 'Overloaded.', null],
};
