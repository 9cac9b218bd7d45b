import { describe, expect, test } from 'bun:test';
import { encoded } from '../../../test/rooms/anthropic-encoded.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { Json } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';

describe('a parameter of another dialect', () => {
  const f = { type: 'function', name: 'f' } as const;
  const g = { type: 'function', name: 'g' } as const;
  const wireTool = (name: string): Json => ({ name, input_schema: { type: 'object' } });
  test.each<[string, Partial<ChatRequest>, Json, readonly Loss[]]>([
    ['no limit', {}, { max_tokens: 4096 }, []],
    ['heat', { temperature: 1.5 }, { temperature: 1 }, [whole('temperature', 'range')]],
    [
      'usual words',
      {
        choices: 1,
        logprobs: false,
        topLogprobs: 0,
        frequencyPenalty: 0,
        presencePenalty: 0,
        modalities: ['text'],
        output: { type: 'text' },
        metadata: {},
      },
      {},
      [],
    ],
    [
      'unusual words',
      {
        choices: 2,
        logprobs: true,
        topLogprobs: 3,
        frequencyPenalty: 1,
        presencePenalty: -1,
        seed: 0,
        modalities: ['text', 'audio'],
        metadata: { a: 'b' },
      },
      {},
      [
        'choices',
        'frequencyPenalty',
        'presencePenalty',
        'seed',
        'logprobs',
        'topLogprobs',
        'modalities',
        'metadata',
      ].map((one) => whole(one)),
    ],
    ['any JSON', { output: { type: 'json' } }, {}, [whole('output')]],
    [
      'a schema with a name',
      { output: { type: 'json-schema', name: 'n', description: 'd', schema: { type: 'object' }, strict: true } },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      [whole('output.description')],
    ],
    ['a person', { endUser: 'u' }, { metadata: { user_id: 'u' } }, []],
    ['a tier', { serviceTier: 'default' }, { service_tier: 'standard_only' }, []],
    ['a tier that is not there', { serviceTier: 'flex' }, {}, [whole('serviceTier')]],
    ['stops', { stop: ['a', '\n'] }, { stop_sequences: ['a'] }, [whole('stop[1]', 'blank')]],
    ['an effort', { reasoning: { effort: 'high' } }, { output_config: { effort: 'high' } }, []],
    ['no effort', { reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }, []],
    [
      'less effort than there is',
      { reasoning: { effort: 'minimal' } },
      { output_config: { effort: 'low' } },
      [whole('reasoning.effort', 'range')],
    ],
    [
      'a budget',
      { reasoning: { budgetTokens: 1024, visible: true } },
      { thinking: { type: 'enabled', budget_tokens: 1024, display: 'summarized' } },
      [],
    ],
    ['thought as the model likes', { reasoning: { enabled: true } }, { thinking: { type: 'adaptive' } }, []],
    ['thought to be seen if there is some', { reasoning: { visible: true } }, {}, [whole('reasoning.visible')]],
    ['a tool without a schema', { tools: [f] }, { tools: [wireTool('f')] }, []],
    [
      'a schema of no type',
      { tools: [{ ...f, schema: { properties: {} } }] },
      { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] },
      [],
    ],
    [
      'one call at a time',
      { tools: [f], parallelToolCalls: false },
      { tools: [wireTool('f')], tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      [],
    ],
    ['many calls at a time', { tools: [f], parallelToolCalls: true }, { tools: [wireTool('f')] }, []],
    [
      'no call',
      { tools: [f], toolChoice: { type: 'none' }, parallelToolCalls: false },
      { tools: [wireTool('f')], tool_choice: { type: 'none' } },
      [],
    ],
    [
      'a call',
      { tools: [f], toolChoice: { type: 'required' } },
      { tools: [wireTool('f')], tool_choice: { type: 'any' } },
      [],
    ],
    [
      'a call of some tools',
      { tools: [f, g], toolChoice: { type: 'allowed', required: true, tools: [g] }, parallelToolCalls: false },
      { tools: [wireTool('g')], tool_choice: { type: 'any', disable_parallel_tool_use: true } },
      [],
    ],
    [
      'tools that are not there',
      {
        tools: [
          { type: 'custom', name: 'c' },
          { type: 'opaque', dialect: 'openai-chat', wire: {} },
        ],
        toolChoice: { type: 'auto' },
      },
      {},
      [whole('tools[0]', 'no-custom-tools'), whole('tools[1]', 'only-openai-chat'), whole('toolChoice', 'no-tools')],
    ],
    [
      'a call of a tool that is not there',
      { tools: [f, { type: 'custom', name: 'c' }], toolChoice: { type: 'named', tool: { type: 'custom', name: 'c' } } },
      { tools: [wireTool('f')] },
      [whole('tools[1]', 'no-custom-tools'), whole('toolChoice', 'no-custom-tools')],
    ],
    [
      'a choice where there are no tools',
      { toolChoice: { type: 'auto' }, parallelToolCalls: true },
      {},
      [whole('toolChoice', 'no-tools'), whole('parallelToolCalls', 'no-tools')],
    ],
    ['many calls where there are no tools', { parallelToolCalls: true }, {}, []],
    ['what another dialect adds', { extras: { 'openai-chat': { logit_bias: { 1: 1 } } } }, {}, [whole('logit_bias')]],
  ])('%s', (...[, said, wire, losses]) => {
    expect(encoded({ messages: [], maxOutputTokens: 9, ...said }, said)).toEqual({
      messages: [],
      ...(Object.keys(said).length > 0 && { max_tokens: 9 }),
      ...Object(wire),
      lost: losses,
    });
  });
});

function whole(path: string, why = 'unsupported'): Loss {
  return { path, why };
}
