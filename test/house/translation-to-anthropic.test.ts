import { afterEach, describe, expect, test } from 'bun:test';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { heardByOpenAI } from './openai-heard.ts';
import { claudeSays, closeAll, lostOf, modes, question, scene, text, thinking, use } from './translating.ts';

afterEach(closeAll);

const look = {
  type: 'function',
  function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
};

const redacted = { type: 'redacted_thinking', data: 'EmwKAhgB' };

describe.each(modes)('a caller of OpenAI at Claude, %s', (mode) => {
  const stream = mode === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {};

  test('goes through three turns with tools and thoughts, which come back to Claude as it made them', async () => {
    const { house, sent } = await scene(
      claudeSays(
        { content: [thinking, redacted, text('I look.'), use('toolu_1'), use('toolu_2')], stop_reason: 'tool_use' },
        { content: [use('toolu_3')], stop_reason: 'tool_use' },
        { content: [text('By the river.')] },
      ),
    );
    const ask = async (messages: readonly Json[]) => {
      const body = { model: 'claude/claude-sonnet-4-5', tools: [look], reasoning_effort: 'low', ...stream };
      const response = await house.ask({ ...body, messages, max_completion_tokens: 9000 });
      expect({ status: response.status, lost: lostOf(response) }).toEqual({ status: 200, lost: null });
      return await heardByOpenAI(response);
    };
    const results = (message: JsonObject): readonly Json[] =>
      (message['tool_calls'] as { id: string }[]).map(({ id }) => ({
        role: 'tool',
        tool_call_id: id,
        content: 'here',
      }));

    const first = await ask([question]);
    expect(first).toEqual({
      message: {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'I should look it up.',
        tool_calls: [
          {
            id: expect.stringMatching(/^toolu_1~tr1~[\w-]+$/),
            type: 'function',
            function: { name: 'look', arguments: '{"at":"map"}' },
          },
          { id: 'toolu_2', type: 'function', function: { name: 'look', arguments: '{"at":"map"}' } },
        ],
      },
      finish: 'tool_calls',
      usage: expect.objectContaining({ prompt_tokens: 27, completion_tokens: 30, total_tokens: 57 }),
    });
    expect(sent()).toMatchObject({
      max_tokens: 9000,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [{ name: 'look', input_schema: look.function.parameters }],
    });

    const history = [question, first.message, ...results(first.message)];
    const second = await ask(history);
    const turn = { role: 'assistant', content: [thinking, redacted, text('I look.'), use('toolu_1'), use('toolu_2')] };
    const resultOf = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'here' });
    expect(sent()['messages']).toEqual([
      { role: 'user', content: question.content },
      turn,
      { role: 'user', content: [resultOf('toolu_1'), resultOf('toolu_2')] },
    ]);
    expect(sent()['thinking']).toEqual({ type: 'enabled', budget_tokens: 2048 });
    expect(second.message['tool_calls']).toMatchObject([{ id: 'toolu_3' }]);

    const third = await ask([...history, second.message, ...results(second.message)]);
    expect(sent()['messages']).toEqual([
      { role: 'user', content: question.content },
      turn,
      { role: 'user', content: [resultOf('toolu_1'), resultOf('toolu_2')] },
      { role: 'assistant', content: [use('toolu_3')] },
      { role: 'user', content: [resultOf('toolu_3')] },
    ]);
    expect(third).toMatchObject({ message: { content: 'By the river.' }, finish: 'stop' });
  });

  test('who goes to another model takes no thoughts along: that is said at its own place, and ids are clean', async () => {
    const { house, sent } = await scene(claudeSays({ content: [thinking, use('toolu_1')], stop_reason: 'tool_use' }));
    const first = await heardByOpenAI(
      await house.ask({ model: 'claude/claude-sonnet-4-5', messages: [question], tools: [look], ...stream }),
    );
    const [call] = first.message['tool_calls'] as { id: string }[];
    const messages = [question, first.message, { role: 'tool', tool_call_id: call?.id ?? '', content: 'here' }];
    const same = await house.ask({ model: 'up/m', messages, tools: [look], ...stream });
    expect(lostOf(same)).toBe('"messages[1].tool_calls[0].id";why="other-model"');
    expect(sent()['messages']).toMatchObject([
      question,
      { role: 'assistant', tool_calls: [{ id: 'toolu_1' }] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'here' },
    ]);
    const other = await house.ask({ model: 'other/claude-haiku-4-5', messages, tools: [look], ...stream });
    expect(lostOf(other)).toContain('"messages[1].tool_calls[0].id";why="other-model"');
    expect(sent()['messages']).toMatchObject([
      {},
      { content: [use('toolu_1')] },
      { content: [{ tool_use_id: 'toolu_1' }] },
    ]);
  });

  test('whose running loop has no sealed thought is answered without thinking, and told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const called = {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
    };
    const messages = [question, called, { role: 'tool', tool_call_id: 'a', content: 'here' }];
    const body = { model: 'claude/claude-sonnet-4-5', messages, tools: [look], reasoning_effort: 'high', ...stream };
    const response = await house.ask(body);
    await response.text();
    expect(lostOf(response)).toBe('"reasoning_effort";why="no-signature"');
    expect(sent()['thinking']).toBeUndefined();
  });

  test('has its form of output by a tool where the model knows none, and is told how', async () => {
    const schema = { type: 'object', properties: { where: { type: 'string' } } };
    const answered = { type: 'tool_use', id: 'toolu_1', name: 'place', input: { where: 'river' } };
    const { house, sent } = await scene(claudeSays({ content: [answered], stop_reason: 'tool_use' }));
    const response_format = { type: 'json_schema', json_schema: { name: 'place', schema } };
    const response = await house.ask({
      model: 'claude/claude-3-5-haiku-20241022',
      messages: [question],
      response_format,
      ...stream,
    });
    expect({
      emulated: response.headers.get('x-trestle-emulated'),
      limit: response.headers.get('x-trestle-max-tokens'),
      lost: lostOf(response),
    }).toEqual({ emulated: '"response_format";how="forced-tool"', limit: '8192', lost: null });
    expect(sent()).toMatchObject({
      max_tokens: 8192,
      tools: [{ name: 'place', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'place', disable_parallel_tool_use: true },
    });
    expect(await heardByOpenAI(response)).toMatchObject({
      message: { role: 'assistant', content: '{"where":"river"}' },
      finish: 'stop',
    });
  });

  test('has its schema closed where the model is held to it, and is told how', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('{"where":"river"}')] }));
    const schema = { type: 'object', properties: { where: { type: 'string', maxLength: 9 } } };
    const response_format = { type: 'json_schema', json_schema: { name: 'place', schema } };
    const body = { model: 'claude/claude-sonnet-4-5', messages: [question], response_format, ...stream };
    const response = await house.ask(body);
    expect(await heardByOpenAI(response)).toMatchObject({ message: { content: '{"where":"river"}' } });
    const path = '"response_format.json_schema.schema"';
    expect(response.headers.get('x-trestle-emulated')).toBe(`${path};how="closed-schema", ${path};how="looser-schema"`);
    expect(sent()['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { where: { type: 'string', description: '{maxLength: 9}' } },
          additionalProperties: false,
        },
      },
    });
  });

  test('cannot make a model call a tool that nobody can make to, and is told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const body = { model: 'claude/claude-opus-5-5', messages: [question], tools: [look], tool_choice: 'required' };
    const response = await house.ask({ ...body, ...stream });
    await response.text();
    expect(lostOf(response)).toBe('"tool_choice";why="no-forced-choice"');
    expect(sent()['tool_choice']).toEqual({ type: 'auto' });
  });

  test('who speaks of a choice of tools but offers none has that left out, and is told', async () => {
    const { house, sent } = await scene(claudeSays({ content: [text('So.')] }));
    const body = { model: 'claude/claude-sonnet-4-5', messages: [question], tool_choice: 'auto', ...stream };
    const response = await house.ask(body);
    await response.text();
    expect(lostOf(response)).toBe('"tool_choice";why="no-tools"');
    expect(sent()).not.toHaveProperty('tool_choice');
  });

  test('is told usage in a stream only if it asked, and it is in the books all the same', async () => {
    const { house } = await scene(claudeSays({ content: [text('So.')] }));
    const response = await house.ask({
      model: 'claude/claude-sonnet-4-5',
      messages: [question],
      ...(mode === 'stream' && { stream: true }),
    });
    const { usage } = await heardByOpenAI(response);
    expect(usage === undefined).toBe(mode === 'stream');
    expect(await house.records()).toMatchObject([
      {
        basis: 'reported',
        usage: { tokens: { input: 20, cachedInput: 5, cacheWrite: 2, output: 30 } },
        upstreamRequestId: 'up_1',
      },
    ]);
  });

  test('cannot be told which sequence stopped the answer, and the record says so', async () => {
    const { house } = await scene(
      claudeSays({ content: [text('So')], stop_reason: 'stop_sequence', stop_sequence: 'END' }),
    );
    const response = await house.ask({
      model: 'claude/claude-sonnet-4-5',
      messages: [question],
      stop: 'END',
      ...stream,
    });
    const { finish } = await heardByOpenAI(response);
    expect({ finish, lost: lostOf(response) }).toEqual({ finish: 'stop', lost: null });
    const [record] = await house.records();
    expect(record?.lost.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^answer\..*stop_sequence/));
  });
});
