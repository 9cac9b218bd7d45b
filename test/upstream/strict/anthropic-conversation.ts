import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { anyBlock, isThought, textBlock } from './anthropic-blocks.ts';
import { Refusal } from './server.ts';
import { anything, listAt, listOf, members, objectAt, word } from './shape.ts';

interface Turn {
  readonly role: string;
  readonly blocks: readonly JsonObject[];
  /** Of its first message. */
  readonly path: string;
}

/** Checks the turns against each other: every call has its result in the very next turn, thoughts stand where they stood. */
export function conversation(json: JsonObject, { systemTurns }: { readonly systemTurns: boolean }): void {
  const messages = listAt('messages', json['messages']);
  if (messages.length === 0) throw new Refusal('messages: at least one message is required');
  const roles = systemTurns ? ['user', 'assistant', 'system'] : ['user', 'assistant'];
  const all = messages.map((one, index) => turnOf(one, index, { roles, last: index === messages.length - 1 }));
  const turns = merged(all.filter(({ role }) => role !== 'system'));
  if (turns[0]?.role !== 'user') throw new Refusal('messages: first message must use the "user" role');
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'assistant') checkCalls(turn, turns[index + 1]);
    else checkResults(turn, turns[index - 1]);
  }
  checkEnd(turns, json);
}

function turnOf(
  message: Json,
  index: number,
  { roles, last }: { readonly roles: readonly string[]; readonly last: boolean },
): Turn {
  const path = `messages.${index}`;
  const { role, content } = members(path, message, { 'role!': word(...roles), 'content!': anything });
  if (typeof content === 'string') {
    if (content === '' && !last) throw new Refusal(`${path}: all messages must have non-empty content`);
    if (content !== '' && content.trim() === '') {
      throw new Refusal(`${path}: text content blocks must contain non-whitespace text`);
    }
    return { role: String(role), blocks: [{ type: 'text', text: content }], path };
  }
  const blocks = listAt(`${path}.content`, content);
  if (blocks.length === 0 && !(last && role === 'assistant')) {
    throw new Refusal(
      `${path}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  listOf(role === 'system' ? textBlock : anyBlock)(blocks, `${path}.content`);
  return { role: String(role), blocks: blocks.filter(isJsonObject), path };
}

/** Consecutive turns of one role are one. */
function merged(turns: readonly Turn[]): readonly Turn[] {
  const whole: Turn[] = [];
  for (const turn of turns) {
    const before = whole.at(-1);
    if (before?.role === turn.role) whole.splice(-1, 1, { ...before, blocks: [...before.blocks, ...turn.blocks] });
    else whole.push(turn);
  }
  return whole;
}

function checkCalls({ blocks, path }: Turn, next: Turn | undefined): void {
  if (blocks.some(({ type }) => type === 'tool_result' || type === 'image' || type === 'document')) {
    throw new Refusal(`${path}: an assistant's turn cannot have results, images or documents`);
  }
  const ids = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => String(id));
  if (new Set(ids).size < ids.length) throw new Refusal(`${path}: \`tool_use\` ids must be unique`);
  const answered = (next?.blocks ?? []).filter(({ type }) => type === 'tool_result').map((one) => one['tool_use_id']);
  const missing = ids.find((id) => !answered.includes(id));
  if (missing !== undefined) {
    throw new Refusal(
      `${path}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
  }
}

function checkResults({ blocks, path }: Turn, before: Turn | undefined): void {
  if (blocks.some((one) => isThought(one) || one['type'] === 'tool_use')) {
    throw new Refusal(`${path}: a user's turn cannot have thoughts or calls`);
  }
  const calls = (before?.blocks ?? []).filter(({ type }) => type === 'tool_use').map(({ id }) => id);
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const strange = results.find((one) => !calls.includes(one['tool_use_id'] ?? null));
  if (strange !== undefined) {
    throw new Refusal(
      `${path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(strange['tool_use_id'])}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
  }
  const ids = new Set(results.map((one) => one['tool_use_id']));
  if (ids.size < results.length) throw new Refusal(`${path}: each tool_use must have a single result.`);
  const firstOther = blocks.findIndex(({ type }) => type !== 'tool_result');
  const lastResult = blocks.findLastIndex(({ type }) => type === 'tool_result');
  if (firstOther >= 0 && firstOther < lastResult) {
    throw new Refusal(`${path}: tool_result blocks must come first in the content of a user's turn`);
  }
}

function checkEnd(turns: readonly Turn[], { thinking }: JsonObject): void {
  const last = turns.at(-1);
  const thinks = isJsonObject(thinking) && thinking['type'] !== 'disabled';
  if (last?.role === 'assistant') {
    if (thinks) throw new Refusal('a final `assistant` message cannot be prefilled when thinking is enabled');
    const end = last.blocks.at(-1);
    if (end?.['type'] === 'text' && /\s$/.test(String(end['text']))) {
      throw new Refusal('messages: final assistant content cannot end with trailing whitespace');
    }
  }
  const resuming = last?.blocks.some(({ type }) => type === 'tool_result') === true;
  const caller = turns.at(-2);
  // Adaptive thinking may have skipped a thought; with a budget there always was one.
  if (!thinks || !resuming || objectAt('thinking', thinking)['type'] !== 'enabled') return;
  if (!isThought(caller?.blocks[0])) {
    throw new Refusal(
      `${caller?.path}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(caller?.blocks[0]?.['type'])}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
    );
  }
}
