import type { RecordedChunk, Recording } from '../recordings.ts';
import { bytesOf } from './step.ts';

/** The part of a recording that an answer is made of. */
export type RecordedAnswer = Pick<
  Recording,
  'id' | 'status' | 'responseHeaders' | 'framing' | 'responseBody' | 'responseChunks' | 'sse'
>;

/** The body of a recorded answer in the pieces in which it was written: frame by frame if it was a stream. */
export function recordedPieces(answer: RecordedAnswer): readonly Uint8Array[] {
  const { framing, responseBody, responseChunks = [] } = answer;
  switch (framing) {
    case 'sse':
      return responseChunks.map((chunk) => bytesOf(spelledFrame(chunk, answer.sse ?? {})));
    case 'ndjson':
      return responseChunks.map(({ data = '' }) => bytesOf(`${data}\n`));
    case 'json':
      return [bytesOf(JSON.stringify(responseBody))];
    case 'text':
      return [bytesOf(String(responseBody))];
    case 'empty':
      return [];
    default:
      throw new Error(`recording ${answer.id} is framed as ${framing}, which is not replayed`);
  }
}

/** The recorded headers, less those that were about the connection or an encoding that the recording has not kept. */
export function recordedHeaders({ responseHeaders = {}, framing }: RecordedAnswer): Readonly<Record<string, string>> {
  const kept = Object.entries(responseHeaders).filter(
    ([name, value]) => !ofTheConnection.has(name) && !/[\r\n]/.test(value),
  );
  return { 'content-type': contentTypes[framing] ?? 'text/plain', ...Object.fromEntries(kept) };
}

const ofTheConnection = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'trailer',
  'upgrade',
]);
const contentTypes: Readonly<Record<string, string>> = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

function spelledFrame(chunk: RecordedChunk, style: NonNullable<Recording['sse']>): string {
  const newline = style.newline === 'CRLF' ? '\r\n' : '\n';
  const space = style.noSpace === true ? '' : ' ';
  const lines: string[] = [];
  if (chunk.comment !== undefined) lines.push(`:${chunk.comment}`);
  if (chunk.event !== undefined) lines.push(`event:${space}${chunk.event}`);
  if (chunk.id !== undefined) lines.push(`id:${space}${chunk.id}`);
  if (chunk.retry !== undefined) lines.push(`retry:${space}${chunk.retry}`);
  if (chunk.data !== undefined) lines.push(...chunk.data.split('\n').map((line) => `data:${space}${line}`));
  return `${lines.join(newline)}${newline}${newline}`;
}
