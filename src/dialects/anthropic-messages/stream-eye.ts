import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import type { StreamEye } from '../dialect.ts';
import { errorObject } from '../error-answer.ts';
import { objectIn } from '../json-text.ts';
import { type Frame, framesIn } from '../sse.ts';
import { countProduced, type Seen, streamEyeOf } from '../stream-eye.ts';
import { utf8Text } from '../text.ts';
import { errorFailure, saidFailure } from './error-kind.ts';
import { eventBytes, producedIn } from './produced.ts';
import { readUsage } from './usage.ts';

/**
 * Follows a stream of events without decoding it: forwards its frames as they came, and notes usage, the end and how much was
 * produced. What comes after `message_stop` is dropped. An error frame is reported and not forwarded, for a door says it in its
 * own words; nothing comes after it either. Usage is part of every stream, so there is none to hide.
 */
export function streamEye(): StreamEye {
  const story: Story = { begun: undefined };
  return streamEyeOf((seen, { bytes, start, end, text }) => {
    const produced = producedIn(text);
    if (produced !== undefined) countProduced(seen, produced);
    else for (const frame of framesIn(withoutMark(utf8Text(bytes, start, end)))) look(seen, frame, story);
    return 'keep';
  });
}

interface Story {
  /** The input that the message began with. The output told there is only that of its first moment. */
  begun: Usage | undefined;
}

function look(seen: Seen, frame: Frame, story: Story): void {
  const { event, data } = frame;
  if (data === undefined) return;
  const said = objectIn(data);
  if (said === undefined) lookAtRuins(seen, frame);
  else if (event === 'error') seen.failure = errorFailure(errorObject(said) ?? {}, undefined);
  else lookAtEvent(seen, typeof said['type'] === 'string' ? said : { ...said, type: event ?? '' }, story);
}

function lookAtEvent(seen: Seen, said: JsonObject, story: Story): void {
  const failure = saidFailure(said);
  if (failure !== undefined) {
    seen.failure = failure;
    return;
  }
  const { type, usage } = said;
  if (type === 'message_start') story.begun = noteStart(seen, said['message']);
  const told = type === 'message_start' && isJsonObject(said['message']) ? said['message']['usage'] : usage;
  if (isJsonObject(told) && typeof told['service_tier'] === 'string') seen.servedTier = told['service_tier'];
  if (type === 'message_delta' && isJsonObject(usage)) Object.assign(seen, readUsage(usage, story.begun));
  if (type === 'message_stop') seen.terminal = true;
  countProduced(seen, eventBytes(said));
}

/** Notes the input that a message begins with. */
function noteStart(seen: Seen, message: Json | undefined): Usage | undefined {
  const said = isJsonObject(message) ? message['usage'] : undefined;
  // Some vendors name the input alone, which is all that is taken.
  const { usage, usageInvalid } = readUsage(isJsonObject(said) ? { output_tokens: 0, ...said } : said);
  if (usageInvalid === true) seen.usageInvalid = true;
  if (usage === undefined) return undefined;
  const { output: _, reasoning: __, ...tokens } = usage.tokens;
  seen.usage = { tokens };
  return seen.usage;
}

/** What is no JSON object may still end the stream, or spoil its usage. */
function lookAtRuins(seen: Seen, { event, data = '' }: Frame): void {
  if (event === 'error') seen.failure = errorFailure({ message: data }, undefined);
  if (event === 'message_stop') seen.terminal = true;
  if (data.includes('"usage"')) seen.usageInvalid = true;
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
