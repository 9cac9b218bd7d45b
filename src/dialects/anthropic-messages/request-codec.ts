import type { ChatRequest } from '../../core/chat.ts';
import type { Lost } from '../../core/loss.ts';
import type { WireBody } from '../../core/payload.ts';
import { readBody, writeBody } from '../body.ts';
import type { Reading, Writing } from '../place.ts';
import { marked, spelled } from './carry.ts';
import { headersOf, withHeaders } from './headers.ts';
import { writeMessages } from './message-writer.ts';
import { readMessages } from './messages.ts';
import { requestShape } from './request-shape.ts';
import { thinkingOf, withReasoning } from './thinking.ts';
import type { Choosing } from './tool-choice.ts';
import { writeTools } from './tools.ts';
import { reportUnsayable } from './unsayable.ts';

/** A request out of its wire form. Throws `Failure('request-invalid')` naming the field. */
export function decode(wire: WireBody): ChatRequest {
  const body = readBody(wire, 'request');
  const { system, messages: _, ...rest } = body;
  const place: Reading = { path: '', of: 'request' };
  const read = requestShape.decode(system === null ? { ...rest, system } : rest, place);
  const { thinking, thinkingBudget, thinkingShown, effort, choosing, ...said } = read;
  const request: ChatRequest = { ...said, messages: readMessages(body, place), ...choosing };
  const isIdle = choosing !== undefined && (said.tools ?? []).length === 0;
  return withHeaders(withReasoning(marked(request, 'choosing', isIdle ? 'idle' : undefined), read), wire.headers);
}

/** A request in its wire form, whichever dialect it came in. https://platform.claude.com/docs/en/api/messages */
export function encode(value: ChatRequest, lost: Lost): WireBody {
  const place: Writing = { path: '', lost };
  const { headers, request } = headersOf(value);
  const { tools, ...rest } = request;
  const offered = tools && writeTools(tools, request.toolChoice, { ...place, path: 'tools' });
  const isBereft = offered?.length === 0 && tools?.length !== 0;
  const isIdle = (offered ?? []).length === 0 && spelled(request, 'choosing') !== 'idle';
  const choosing = isIdle ? idle(request, place) : chosen(request);
  reportUnsayable(request, lost);
  const told = {
    ...requestShape.encode({ ...rest, ...thinkingOf(request, place), ...(choosing && { choosing }) }, place),
    ...(offered !== undefined && !isBereft && { tools: offered }),
    ...writeMessages(request.messages, place),
  };
  return { ...writeBody(told), headers };
}

function chosen({ toolChoice, parallelToolCalls }: ChatRequest): Choosing | undefined {
  if ((toolChoice ?? parallelToolCalls) === undefined) return undefined;
  return { ...(toolChoice && { toolChoice }), ...(parallelToolCalls !== undefined && { parallelToolCalls }) };
}

/** The vendor refuses a choice where there are no tools. How many may be called at once is then nothing to speak of. */
function idle({ tools, toolChoice, parallelToolCalls }: ChatRequest, place: Writing): undefined {
  if (toolChoice !== undefined) place.lost({ path: 'toolChoice', why: 'no-tools' });
  const isSaid = parallelToolCalls !== undefined && (toolChoice ?? tools) !== undefined;
  if (isSaid) place.lost({ path: 'parallelToolCalls', why: 'no-tools' });
  return undefined;
}
