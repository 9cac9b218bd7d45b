import type { ChatRequest, ChatResponse } from '../../src/core/chat.ts';
import type { Loss } from '../../src/core/loss.ts';
import type { Part, ReasoningPart, RoleMessage } from '../../src/core/message.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import type { SealOrigin } from '../../src/pipeline/translation/seal.ts';
import { sealedAnswer } from '../../src/pipeline/translation/sealed-answer.ts';
import { type Unsealing, unsealed } from '../../src/pipeline/translation/unseal.ts';

export const claude: SealOrigin = { provider: 'anthropic', dialect: 'anthropic-messages' };

export const gpt: SealOrigin = { provider: 'gateway', dialect: 'openai-chat' };

export const thought: ReasoningPart = { type: 'reasoning', text: 'Let me see…', signature: 'EqQB+/=' };

export const hidden: ReasoningPart = { type: 'reasoning', encrypted: 'Emw==' };

export const call = (id: string): Part => ({ type: 'tool-call', id, name: 'look', arguments: '{}' });

export const question: RoleMessage = { type: 'message', role: 'user', parts: [{ type: 'text', text: 'Where?' }] };

/** The parts as a caller's door gives them out, with what was lost on the way. */
export function given(parts: readonly Part[], origin: SealOrigin, seals: NonNullable<Dialect['seals']>) {
  const lost: Loss[] = [];
  const response: ChatResponse = {
    choices: [{ index: 0, message: { type: 'message', role: 'assistant', parts }, finish: { reason: 'tool-calls' } }],
  };
  const { choices } = sealedAnswer({ origin, seals, lost: (loss) => void lost.push(loss) }).whole(response);
  return { parts: choices[0]?.message.parts ?? [], lost };
}

/** The parts as a target reads them when a caller sends them back. */
export function handedBack(parts: readonly Part[], unsealing: Unsealing) {
  const lost: Loss[] = [];
  const results = parts.flatMap((part): Part[] =>
    part.type === 'tool-call' ? [{ type: 'tool-result', callId: part.id, parts: [] }] : [],
  );
  const request: ChatRequest = {
    messages: [
      question,
      { type: 'message', role: 'assistant', parts },
      { type: 'message', role: 'tool', parts: results },
    ],
  };
  const opened = unsealed(request, unsealing, (loss) => void lost.push(loss));
  const [, turn, tool] = opened.request.messages;
  return {
    parts: turn?.type === 'message' ? turn.parts : [],
    results: tool?.type === 'message' ? tool.parts.map((part) => part.type === 'tool-result' && part.callId) : [],
    from: opened.sources.get(1),
    lost,
  };
}

export const toGpt: Unsealing = { caller: 'anthropic-messages', target: gpt };
