import type { NamedTool, Tool } from '../../core/tool.ts';
import { type Fit, without } from './fitting.ts';

/** Who cannot be told which of the offered tools may be used is offered those alone. Nothing is lost by that. */
export const toolFit: Fit = (request, fitting) => {
  const { toolChoice: choice, tools = [] } = request;
  if (choice?.type !== 'allowed' || fitting.words.allowedTools !== 'offered-alone') return request;
  const kept = tools.map((_, number) => number).filter((number) => isAllowed(tools[number], choice.tools));
  fitting.offers(kept);
  if (kept.length === 0) return without(without(request, 'tools'), 'toolChoice');
  return {
    ...request,
    tools: tools.filter((tool) => isAllowed(tool, choice.tools)),
    toolChoice: { type: choice.required ? 'required' : 'auto' },
  };
};

function isAllowed(tool: Tool | undefined, allowed: readonly NamedTool[]): boolean {
  return allowed.some(({ type, name }) => tool?.type === type && tool.name === name);
}
