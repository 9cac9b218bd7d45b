import type { ChatRequest } from '../../src/core/chat.ts';
import type { Loss } from '../../src/core/loss.ts';
import type { RoleMessage } from '../../src/core/message.ts';
import type { FunctionTool } from '../../src/core/tool.ts';
import { type FitTarget, fitted } from '../../src/pipeline/translation/fit.ts';
import type { ModelTraits } from '../../src/providers/model-traits.ts';

export const user: RoleMessage = { type: 'message', role: 'user', parts: [{ type: 'text', text: 'Hello' }] };

export const hello: ChatRequest = { messages: [user] };

export const cached = { cacheBreakpoints: true } as const;

/** A request fitted to traits at Anthropic's door, unless another dialect is given. */
export function fit(
  request: ChatRequest,
  traits: Partial<ModelTraits>,
  dialect: FitTarget['dialect'] = 'anthropic-messages',
) {
  const lost: Loss[] = [];
  const { edits, ...done } = fitted(request, { traits: { match: '*', ...cached, ...traits }, dialect }, (loss) => {
    lost.push(loss);
  });
  return { ...done, lost, edits: edits.length };
}

export const nothing = { emulated: [], headers: {}, lost: [], edits: 0, calls: 1 };

export function tool(name: string): FunctionTool {
  return { type: 'function', name, schema: { type: 'object' } };
}
