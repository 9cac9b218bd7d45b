import { writeFileSync } from 'node:fs';
import { type Kind, type Target, translatedKinds } from './target.ts';

/** A request as it goes over the wire, in a file for the load generator. */
export interface RequestFile {
  readonly path: string;
  readonly bodyBytes: number;
  /** The caller's. */
  readonly dialect: 'openai' | 'anthropic';
}

/** Writes the request of this kind for this target. The nonce in it is replaced in every call. */
export function writeRequest(folder: string, target: Target, kind: Kind): RequestFile {
  const dialect = target.translates === true && translatedKinds.has(kind) ? 'anthropic' : 'openai';
  const body = JSON.stringify(dialect === 'openai' ? bodyOf(kind, target.model(kind)) : messagesOf(kind, target));
  const head = [
    `POST ${target.path(kind)} HTTP/1.1`,
    `Host: 127.0.0.1:${target.port}`,
    'Accept: application/json',
    'Content-Type: application/json',
    'User-Agent: OpenAI/JS 7.55.0',
    'X-Stainless-Lang: js',
    'X-Stainless-Package-Version: 7.55.0',
    'X-Stainless-OS: Linux',
    'X-Stainless-Arch: x64',
    'X-Stainless-Runtime: node',
    'X-Stainless-Retry-Count: 0',
    ...(dialect === 'openai'
      ? [`Authorization: Bearer ${target.key}`]
      : [`x-api-key: ${target.key}`, 'anthropic-version: 2023-06-01']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const path = `${folder}/${target.name}-${kind}.request`;
  writeFileSync(path, `${head.join('\r\n')}\r\n\r\n${body}`);
  return { path, bodyBytes: Buffer.byteLength(body), dialect };
}

const system =
  'You are a patient engineer who explains how servers work to people who run them. Answer in plain words, in the order in ' +
  'which things happen, name the figures that matter and say how sure you are of each. Do not use lists where a sentence ' +
  'will do. When a question rests on a wrong assumption, say so first and then answer the question that was meant.';

const question =
  'We put a proxy in front of our model provider and would like to know what it costs us. Which parts of its work grow ' +
  'with the number of calls, which with the number of bytes and which with the number of streamed pieces? How would you ' +
  'measure each of them, so that the figures of two proxies can be compared, and what would you leave out?';

function bodyOf(kind: Kind, model: string): object {
  const text = `nonce=000000000 ${question}`;
  const settings = { temperature: 0.7, max_tokens: 512 };
  if (kind === 'big') {
    const url = `data:image/png;base64,${noise(1_046_000)}`;
    const content = [
      { type: 'text', text },
      { type: 'image_url', image_url: { url } },
      { type: 'text', text: 'end-of-prompt' },
    ];
    return {
      model,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content },
      ],
      ...settings,
    };
  }
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: `${text} end-of-prompt` },
  ];
  if (kind === 'whole' || kind === 'translated') return { model, messages, ...settings };
  return { model, messages, stream: true, stream_options: { include_usage: true }, ...settings };
}

/** The same question in Anthropic's dialect. */
function messagesOf(kind: Kind, target: Target): object {
  const text = `nonce=000000000 ${question} end-of-prompt`;
  const asked = { model: target.model(kind), system, messages: [{ role: 'user', content: text }] };
  const settings = { temperature: 0.7, max_tokens: 512 };
  return kind === 'translated' ? { ...asked, ...settings } : { ...asked, ...settings, stream: true };
}

/** Base64 of bytes that look random and are the same in every run. */
function noise(characters: number): string {
  const bytes = Buffer.alloc(Math.ceil((characters * 3) / 4));
  let state = 2_463_534_242;
  for (let at = 0; at < bytes.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 255;
  }
  return bytes.toString('base64');
}
