import type { ChatRequest } from '../../core/chat.ts';
import type { Tool } from '../../core/tool.ts';
import { always, flag, integer, list, number, text } from '../field.ts';
import { shape } from './carry.ts';
import { outputFormat } from './output-format.ts';
import { serviceTier, stop, temperature } from './parameters.ts';
import { type Thinking, thinkingFields } from './thinking.ts';
import { type Choosing, choosing } from './tool-choice.ts';
import { tool } from './tools.ts';

/** A request but for its conversation. */
export interface Parameters extends Same, Thinking {
  readonly tools?: readonly Tool[];
  readonly choosing?: Choosing;
}

type Same = Pick<
  ChatRequest,
  | 'model'
  | 'output'
  | 'maxOutputTokens'
  | 'stop'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'serviceTier'
  | 'endUser'
  | 'stream'
>;

export const requestShape = shape<Parameters>(
  {
    model: text('model'),
    tools: list('tools', tool),
    choosing,
    output: outputFormat,
    // The vendor wants one; this many tokens every model can.
    maxOutputTokens: always(integer('max_tokens'), 4096),
    stop,
    temperature,
    topP: number('top_p'),
    topK: integer('top_k'),
    ...thinkingFields,
    serviceTier,
    endUser: text('metadata.user_id'),
    stream: flag('stream'),
  },
  {},
  ['anthropic_version'],
);
