import type { ChatRequest } from '../../src/core/chat.ts';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { Part } from '../../src/core/message.ts';

/** Canonical paths, each with what must stand in the wire where it is located. */
export function spots(value: ChatRequest): readonly (readonly [string, unknown])[] {
  const { reasoning, output, tools = [] } = value;
  const members: readonly (readonly [string, unknown])[] = [
    ['model', value.model],
    ['maxOutputTokens', value.maxOutputTokens],
    ['stop', value.stop],
    ['temperature', value.temperature],
    ['topP', value.topP],
    ['topK', value.topK],
    ['endUser', value.endUser],
    ['stream', value.stream],
    ['parallelToolCalls', value.parallelToolCalls === undefined ? undefined : !value.parallelToolCalls],
    ['toolChoice.tool.name', value.toolChoice?.type === 'named' ? value.toolChoice.tool.name : undefined],
    ['reasoning.budgetTokens', reasoning?.budgetTokens],
    ['reasoning.effort', reasoning?.effort],
    ['output.schema', output?.type === 'json-schema' ? output.schema : undefined],
    ...Object.entries(value.extras?.['anthropic-messages'] ?? {}).flatMap(([name, said]) =>
      isJsonObject(said) || !/^[a-z_]+$/.test(name) ? [] : [[name, said] as const],
    ),
    ...tools.flatMap((tool, index) =>
      tool.type === 'function'
        ? [
            [`tools[${index}].name`, tool.name] as const,
            [
              `tools[${index}].schema`,
              tool.spelling?.['anthropic-messages']?.['schema'] ? undefined : tool.schema,
            ] as const,
          ]
        : [],
    ),
  ];
  const inMessages = value.messages.flatMap((message, index) => {
    const here = `messages[${index}]`;
    if (message.type === 'opaque') return [[here, message.wire] as const];
    return message.parts.flatMap((part, position) => spotsIn(part, `${here}.parts[${position}]`));
  });
  return [...members.filter(([, said]) => said !== undefined), ...inMessages];
}

function spotsIn(part: Part, path: string): readonly (readonly [string, unknown])[] {
  switch (part.type) {
    case 'text':
      return [[`${path}.text`, part.text]];
    case 'tool-call':
      return [
        [`${path}.id`, part.id],
        [`${path}.name`, part.name],
        [`${path}.arguments`, JSON.parse(part.arguments)],
      ];
    case 'tool-result':
      return [
        [`${path}.callId`, part.callId],
        ...(part.isError === undefined ? [] : [[`${path}.isError`, part.isError] as const]),
        ...part.parts.flatMap((one, index) => spotsIn(one, `${path}.parts[${index}]`)),
      ];
    case 'reasoning':
      return part.encrypted === undefined ? [[`${path}.text`, part.text]] : [[`${path}.encrypted`, part.encrypted]];
    case 'image':
    case 'file': {
      const { source } = part;
      if (source.kind === 'url') return [[`${path}.source.url`, source.url]];
      if (source.kind === 'file') return [[`${path}.source.id`, source.id]];
      return part.type === 'image' ? [[`${path}.source.base64`, source.base64]] : [];
    }
    case 'opaque':
      return [[path, part.wire]];
    default:
      return [];
  }
}

/** What stands at a path of a wire. */
export function valueAt(wire: Json, path: string): unknown {
  let found: unknown = wire;
  for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) found = Object(found)[name ?? index ?? ''];
  return found;
}
