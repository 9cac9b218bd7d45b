import type { Json, JsonObject } from '../../src/core/json.ts';

/** How Claude Code talks to its API, in shape: headers, betas, cached instructions, many tools, a loop of calls and results. */
export const claudeCodeHeaders = {
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14',
  'anthropic-dangerous-direct-browser-access': 'true',
  'user-agent': 'claude-cli/2.1.0 (external, cli)',
  'x-app': 'cli',
  'x-stainless-lang': 'js',
} as const;

const string = { type: 'string' } as const;
const shapes: Readonly<Record<string, JsonObject>> = {
  Bash: {
    command: { ...string, description: 'The command.' },
    timeout: { type: 'number' },
    run_in_background: { type: 'boolean' },
  },
  Read: { file_path: string, offset: { type: 'number' }, limit: { type: 'number' } },
  Edit: { file_path: string, old_string: string, new_string: string, replace_all: { type: 'boolean', default: false } },
  Write: { file_path: string, content: string },
  Glob: { pattern: string, path: string },
  Grep: {
    pattern: string,
    path: string,
    output_mode: { ...string, enum: ['content', 'files_with_matches', 'count'] },
    '-i': { type: 'boolean' },
  },
  TodoWrite: {
    todos: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          content: { ...string, minLength: 1 },
          status: { ...string, enum: ['pending', 'in_progress', 'completed'] },
        },
        required: ['content', 'status'],
        additionalProperties: false,
      },
    },
  },
  WebFetch: { url: { ...string, format: 'uri' }, prompt: string },
  Task: { description: string, prompt: string, subagent_type: string },
};

/** Descriptions of some length, as they have there. */
export const claudeCodeTools: readonly JsonObject[] = Object.entries(shapes).map(([name, properties]) => ({
  name,
  description: `${name}: what it does, when to use it and when not.\n\n${'- One more rule about it, in Markdown.\n'.repeat(12)}`,
  input_schema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties,
    required: [Object.keys(properties)[0] ?? ''],
    additionalProperties: false,
  },
}));

const ephemeral = { cache_control: { type: 'ephemeral' } } as const;

export const claudeCodeSystem: readonly JsonObject[] = [
  { type: 'text', text: 'You are a coding agent in a terminal.', ...ephemeral },
  {
    type: 'text',
    text: `Rules of the house.\n${'Be concise; never guess; run the tests.\n'.repeat(60)}`,
    ...ephemeral,
  },
];

export interface Turn {
  readonly model: string;
  readonly messages: readonly JsonObject[];
  readonly thinking?: boolean;
}

/** A request of its main loop: what is cached moves along with the conversation. */
export function claudeCodeRequest({ model, messages, thinking = true }: Turn): JsonObject {
  return {
    model,
    max_tokens: 32_000,
    stream: true,
    system: claudeCodeSystem,
    tools: claudeCodeTools,
    metadata: { user_id: 'user_0f3c_account__session_7d11' },
    ...(thinking && { thinking: { type: 'enabled', budget_tokens: 31_999 } }),
    messages: messages.map((message, index) => (index >= messages.length - 2 ? cachedAtEnd(message) : message)),
  };
}

/** Its question, before the first turn, whether the credential is good for anything. */
export function claudeCodeProbe(model: string): JsonObject {
  return { model, max_tokens: 1, messages: [{ role: 'user', content: 'quota' }], metadata: { user_id: 'user_0f3c' } };
}

/** Thoughts cannot be marked; everything else can. */
function cachedAtEnd(message: JsonObject): JsonObject {
  const { content } = message;
  if (message['role'] !== 'user' || !Array.isArray(content)) return message;
  const last: Json = content.at(-1) ?? null;
  return { ...message, content: [...content.slice(0, -1), { ...(last as JsonObject), ...ephemeral }] };
}
