import { gzipSync } from 'node:zlib';
import type { Json } from '../../src/core/json.ts';

/** A request that cannot be answered well, and what must be said to it. */
export interface BadRequest {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** The bytes of the whole request in place of all that; `KEY` stands for the client's key. */
  readonly raw?: string;
  readonly status: number;
  /** The field that is at fault; null if it is none. Not looked at if absent. */
  readonly param?: Json;
  /** It came to a door, so that it is on record. */
  readonly recorded: boolean;
}

/** The largest body that is taken in this suite. */
export const mostBytes = 65_536;
/** A prompt that must never be seen again. */
export const secretPrompt = 'canary-prompt-7f3a91';

const hello = { role: 'user', content: secretPrompt };
const good = { model: 'up/m', messages: [hello] };
const text = JSON.stringify(good);
const members = text.slice(1, -1);
const bytes = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);
const latin1 = (content: string): Uint8Array<ArrayBuffer> => Uint8Array.from(content, (letter) => letter.charCodeAt(0));

const at400 = (name: string, body: NonNullable<BadRequest['body']>, param?: Json): BadRequest => ({
  name,
  body,
  status: 400,
  recorded: true,
  ...(param === undefined ? {} : { param }),
});
const member = (field: string, value: string): BadRequest =>
  at400(`${field}: ${value}`, `{${members},${JSON.stringify(field)}:${value}}`, field);
const instead = (field: string, value: string): BadRequest => {
  const others = Object.entries(good).filter(([name]) => name !== field);
  const body = `{${others.map(([name, other]) => `"${name}":${JSON.stringify(other)},`).join('')}"${field}":${value}}`;
  return at400(`${field}: ${value}`, body, field);
};
const header = (name: string, value: string): BadRequest => ({
  name: `${name}: ${value.slice(0, 30)}`,
  body: text,
  headers: { [name]: value },
  status: 400,
  param: name,
  recorded: true,
});
const place = (path: string, status: number, method = 'POST'): BadRequest => ({
  name: `${method} ${path}`,
  raw: `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  status,
  recorded: false,
});

/** What is no strict JSON object in UTF-8. */
export const noJson: readonly BadRequest[] = [
  at400('an empty body', ''),
  at400('blanks', ' \n\t '),
  ...['null', 'true', '7', '"text"', '[]', `[${text}]`, 'undefined', secretPrompt].map((body) =>
    at400(`${body.slice(0, 20)} for a body`, body),
  ),
  at400('half an object', text.slice(0, -10)),
  at400('a comma too many', `${text.slice(0, -1)},}`),
  at400('a comma too few', text.replace(',"messages"', '"messages"')),
  at400('single quotes', text.replaceAll('"', "'")),
  at400('bare keys', text.replace('"model"', 'model')),
  at400('a comment', `${text.slice(0, -1)}/* now */}`),
  at400('NaN', `{${members},"temperature":NaN}`, 'temperature'),
  at400('Infinity', `{${members},"temperature":-Infinity}`, 'temperature'),
  at400('a leading zero', `{${members},"seed":01}`),
  at400('a hexadecimal number', `{${members},"seed":0x10}`),
  at400('a number of a thousand digits', `{${members},"seed":${'9'.repeat(1000)}}`, 'seed'),
  at400('two objects', text + text),
  at400('a line break in a string', text.replace('canary', 'can\nary'), 'messages[0].content'),
  at400('a NUL in a string', text.replace('canary', 'can\0ary'), 'messages[0].content'),
  at400('half a surrogate pair', text.replace('canary', '\\ud83d'), 'messages[0].content'),
  at400('a byte order mark', `\ufeff${text}`),
  at400('UTF-16', new Uint8Array(Buffer.from(text, 'utf16le'))),
  at400('a byte that no UTF-8 has', latin1(text.replace('canary', '\xff'))),
  at400('an overlong slash', latin1(text.replace('canary', '\xc0\xaf'))),
  at400('a surrogate in UTF-8', latin1(text.replace('canary', '\xed\xa0\x80'))),
  at400('a form', 'model=up%2Fm&messages=hello'),
  at400('ten thousand brackets', '['.repeat(10_000)),
  at400(
    'a member 30,000 levels deep',
    `{${members},"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    'metadata[0]',
  ),
  at400('objects 65 levels deep', `{${members},"metadata":${'{"a":'.repeat(65)}1${'}'.repeat(65)}}`),
];

/** Keys that two readers may read differently. */
export const twoMeanings: readonly BadRequest[] = [
  at400('model twice', `{"model":"up/a",${members}}`, 'model'),
  at400('model twice, once escaped', `{"mod\\u0065l":"up/a",${members}}`, 'model'),
  at400('messages twice', `{${members},"messages":[]}`, 'messages'),
  at400('a key twice in a message', text.replace('"role"', '"role":"system","role"'), 'messages[0].role'),
  at400('Model besides model', `{"Model":"up/a",${members}}`, 'Model'),
  at400('MODEL alone', text.replace('model', 'MODEL'), 'MODEL'),
  at400('Stream', `{${members},"Stream":true}`, 'Stream'),
  at400('max_Tokens', `{${members},"max_Tokens":5}`, 'max_Tokens'),
  at400('the Kelvin sign for a k', `{${members},"max_to\u212aens":5}`, 'max_to\u212aens'),
  at400(
    'Include_Usage',
    `{${members},"stream":true,"stream_options":{"Include_Usage":true}}`,
    'stream_options.Include_Usage',
  ),
  at400('__proto__', `{${members},"__proto__":{"stream":true}}`),
  at400('__proto__ in a message', text.replace('"role"', '"__proto__":{},"role"'), 'messages[0]'),
];

/** Fields that are missing or of the wrong type. */
export const wrongFields: readonly BadRequest[] = [
  at400('no model', `{"messages":[${JSON.stringify(hello)}]}`, 'model'),
  at400('no messages', '{"model":"up/m"}', 'messages'),
  at400('nothing at all', '{}', 'model'),
  ...['7', 'true', '[]', '{}', '""', 'null', '["up/m"]'].map((value) => instead('model', value)),
  ...['7', '"hello"', '{}', '[]', 'null', '[ ]'].map((value) => instead('messages', value)),
  ...['"true"', '1', '[]'].map((value) => member('stream', value)),
  ...['0', '-1', '129', '1000000000', '1e300', '1.5', '"2"', '[1]', 'true'].map((value) => member('n', value)),
  ...['-1', '1.5', '"many"', '{}', '1e400', '99999999999999999999'].map((value) => member('max_tokens', value)),
  ...['-1', '2.5', '"16"'].map((value) => member('max_completion_tokens', value)),
  ...['7', '{}'].map((value) => member('user', value)),
  ...['7', '["auto"]'].map((value) => member('service_tier', value)),
  ...['"include_usage"', '[true]', '1'].map((value) => member('stream_options', value)),
  at400(
    'include_usage: "yes"',
    `{${members},"stream":true,"stream_options":{"include_usage":"yes"}}`,
    'stream_options.include_usage',
  ),
  at400('a model with a line break', JSON.stringify({ ...good, model: 'up/m\nx' }), 'model'),
];

/** The same of a request for embeddings. */
export const wrongInputs: readonly BadRequest[] = [
  ...['7', 'null', '{}', 'true', '""', '[]', '[ ]'].map((value) => embedding(value, 'input')),
  ...['[7.5]', '[-1]', '[1e3]', '[null]', '[[]]', '[{"image_url":"http://127.0.0.1/x.png"}]'].map((value) =>
    embedding(value, 'input[0]'),
  ),
  ...['["a",7]', '[7,"a"]', '["a",{"url":"http://127.0.0.1"}]', '[[7],[]]', '["a",["b"]]'].map((value) =>
    embedding(value, 'input[1]'),
  ),
  embedding('[[7],[7,[7]]]', 'input[1][1]'),
  ...[
    ['encoding_format', '7'],
    ['dimensions', '0'],
    ['dimensions', '"256"'],
    ['user', '[]'],
    ['stream', 'true'],
    ['Input', '"b"'],
    ['input', '"b"'],
  ].map(([field = '', value = '']) => embedding(`"a","${field}":${value}`, field)),
];

function embedding(input: string, param: string): BadRequest {
  const body = `{"model":"up/m","input":${input}}`;
  return { ...at400(`an embedding of ${input}`, body, param), path: '/v1/embeddings' };
}

/** Headers of ours that cannot be read. */
export const wrongHeaders: readonly BadRequest[] = [
  ...['maybe', '1', 'yes', ''].map((value) => header('x-trestle-strict', value)),
  ...['0', '-1', '1.5', '1e3', 'soon', '99999999999'].map((value) => header('x-trestle-timeout-ms', value)),
  ...['{', '[]', '"text"', '7', `{"a":"${'x'.repeat(5000)}"}`].map((value) => header('x-trestle-metadata', value)),
  header('x-trestle-tags', Array.from({ length: 33 }, (_, index) => `t${index}`).join(',')),
  header('x-trestle-tags', 'x'.repeat(65)),
  header('x-trestle-user', 'x'.repeat(257)),
  header('x-trestle-sandbox', 'x'.repeat(1025)),
];

/** Bodies that are too large or not plain. */
export const wrongBodies: readonly BadRequest[] = [
  {
    name: 'a byte too many',
    body: `{${members},"x":"${'x'.repeat(mostBytes - text.length - 5)}"}`,
    status: 413,
    recorded: true,
  },
  {
    name: 'a byte too many, of no announced length',
    body: chunked(`{${members},"x":"${'x'.repeat(mostBytes - text.length - 5)}"}`),
    status: 413,
    recorded: true,
  },
  {
    name: 'forty megabytes that are announced and never sent',
    raw: 'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nConnection: close\r\nContent-Length: 40000000\r\n\r\n{',
    status: 413,
    recorded: true,
  },
  {
    name: 'a body that wants to be asked for, and is too large',
    raw: 'POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 40000000\r\n\r\n',
    status: 413,
    recorded: true,
  },
  ...['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'x'].map((encoding) => ({
    name: `a body encoded as ${encoding}`,
    body: new Uint8Array(gzipSync(text)),
    headers: { 'content-encoding': encoding },
    status: 415,
    param: 'content-encoding',
    recorded: true,
  })),
  {
    name: 'a multipart form',
    body: `--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nup/m\r\n--x--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    status: 400,
    recorded: true,
  },
];

/** Models that are not here. */
export const wrongModels: readonly BadRequest[] = [
  ...['nobody/knows', 'up', 'gpt', '../up/m', 'up\\m', 'x'.repeat(2000)].map((model) => ({
    name: `the model ${model.slice(0, 20)}`,
    body: JSON.stringify({ ...good, model }),
    status: 404,
    param: 'model',
    recorded: true,
  })),
];

/** Where nothing is, or nothing that is asked for in this way. */
export const wrongPlaces: readonly BadRequest[] = [
  ...[
    '/',
    '/v1',
    '/v1/',
    '/v1/chat',
    '/v1/chat/completions/',
    '/v1/chat/completions/x',
    '/v1/completions',
    '/V1/chat/completions',
  ].map((path) => place(path, 404)),
  ...[
    '//v1/chat/completions',
    '/v1//chat/completions',
    '///',
    '/..',
    '/v1/chat/completions/..',
    '/v1/chat/completions/%2e%2e',
  ].map((path) => place(path, 404)),
  ...[
    '/%76%31/chat/completions',
    '/v1%2fchat%2fcompletions',
    '/v1/chat/completions%00',
    '/v1/chat/completions%2f',
    '/v1/chat/completions%20',
  ].map((path) => place(path, 404)),
  ...[
    '/v1/chat/completions;x=1',
    '/v1/chat%5ccompletions',
    '/v1/chat/completions.json',
    '/%252e%252e/v1/chat/completions',
    '/v1/chat/completions#x',
  ].map((path) => place(path, 404)),
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => place('/v1/chat/completions', 405, method)),
  place('/v1/models', 405),
];

/** Other spellings of a door, which every reader of URLs takes for the plain one; so do we, with key and record. */
export const sameDoor: readonly string[] = [
  ...[
    '/v1/../v1/chat/completions',
    '/./v1/chat/completions',
    '/x/../v1/chat/completions',
    '/admin/../v1/chat/completions',
  ],
  ...[
    '/v1/%2e%2e/v1/chat/completions',
    '/%2E/v1/chat/completions',
    '/v1/chat\\completions',
    '/v1/chat/completions?x=/admin/v1/keys',
  ],
  ...[
    'http://127.0.0.1/v1/chat/completions',
    'http://elsewhere.example/v1/chat/completions',
    'http://127.0.0.1@elsewhere.example/v1/chat/completions',
  ],
];

/** A plain question that goes through. */
export const goodBody = text;

/** Requests whose address means two things, or nothing. */
export const wrongAddresses: readonly BadRequest[] = [
  ...[
    'a b',
    '127.0.0.1/v1/models?',
    '127.0.0.1:99999999',
    '[::1',
    'a@b',
    'a,b',
    '\u00e4',
    'http://127.0.0.1',
    '127.0.0.1#x',
  ].map((host) => ({
    name: `Host: ${host}`,
    raw: `POST /v1/chat/completions HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer KEY\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    status: 400,
    param: 'Host',
    recorded: false,
  })),
];

/** What Bun itself turns away, with an empty 400: it never reaches us. */
export const noHttp: readonly string[] = [
  `POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer KEY\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  ...['chat', '*', '', 'http//127.0.0.1/v1/chat/completions'].map((target) =>
    post(target, `Content-Length: ${text.length}\r\n`),
  ),
  post('/v1/chat/completions', `Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n`),
  post('/v1/chat/completions', `Content-Length: ${text.length}\r\nContent-Length: ${text.length - 2}\r\n`),
  post('/v1/chat/completions', 'Content-Length: -1\r\n'),
  post('/v1/chat/completions', 'Content-Length: 1e3\r\n'),
  post('/v1/chat/completions', `Content-Length : ${text.length}\r\n`),
  post('/v1/chat/completions', `Folded: a\r\n b\r\nContent-Length: ${text.length}\r\n`),
];

function post(target: string, headers: string): string {
  return `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer KEY\r\nConnection: close\r\n${headers}\r\n${text}`;
}

function chunked(content: string): ReadableStream<Uint8Array> {
  const whole = bytes(content);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= whole.length) return controller.close();
      controller.enqueue(whole.slice(at, at + 10_000));
      at += 10_000;
    },
  });
}
