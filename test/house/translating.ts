import type { JsonObject } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { anthropicSays, type Said } from './anthropic-said.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

/** Callers of one vendor's dialect at models of the other, through the whole house. */
const config = `
retry: { attempts: 1 }
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential }
  other: { type: anthropic, base_url: "http://other.invalid", api_key: other-credential }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1" }
  gpt: { type: openai, base_url: "http://gpt.invalid/v1", api_key: gpt-credential }
  local: { type: ollama, base_url: "http://local.invalid" }
models:
  either: { targets: [{ model: claude/claude-sonnet-4-5 }], fallback: [up/m] }
  claudes: { targets: [{ model: claude/claude-sonnet-4-5 }], fallback: [other/claude-haiku-4-5] }
`;

export const modes = ['whole', 'stream'] as const;

const opened: TestHouse[] = [];

export async function closeAll(): Promise<void> {
  for (const house of opened.splice(0)) await house.close();
}

interface Scene {
  readonly house: TestHouse;
  readonly upstream: FakeUpstream;
  /** What the last request to a provider said. */
  sent(): JsonObject;
}

export async function scene(answer: (request: OutboundRequest) => FakeAnswer): Promise<Scene> {
  const upstream = fakeUpstream(answer);
  const fetchMedia = async () => ({ mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) });
  const house = await testHouse({ http: upstream, config, fetchMedia });
  opened.push(house);
  return { house, upstream, sent: () => askedOf(upstream.sent.at(-1) as OutboundRequest) as JsonObject };
}

/** Claude says this, in turn; every other provider answers well. */
export function claudeSays(...turns: readonly Said[]): (request: OutboundRequest) => FakeAnswer {
  let turn = 0;
  return (request) => {
    if (request.url.startsWith('http://other.invalid')) return anthropicSays(request, { content: [text('So.')] });
    if (!request.url.startsWith('http://claude.invalid')) return goodAnswer(request);
    const said = turns[Math.min(turn, turns.length - 1)] ?? { content: [] };
    turn += 1;
    return anthropicSays(request, said);
  };
}

export const question = { role: 'user', content: 'Where is the bridge?' };

export const thinking = { type: 'thinking', thinking: 'I should look it up.', signature: 'EqQBCkgI/+==' };

export const use = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'look', input: { at: 'map' } });

export const text = (said: string): JsonObject => ({ type: 'text', text: said });

export const lostOf = (response: Response): string | null => response.headers.get('x-trestle-lost');
