import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { type Started, startTrestle } from '../started.ts';
import { type ReplayUpstream, replayUpstream } from '../upstream/replay.ts';
import { type Sdk, sdkClient } from './hearing.ts';
import { conclusion, conversation, depths, depthTool, question } from './tool-conversation.ts';

let upstream: ReplayUpstream;
let trestle: Started;
beforeAll(async () => {
  upstream = await replayUpstream(conversation);
  const providers = { lakes: { type: 'openai-compatible', base_url: `${upstream.url}/v1`, models: [] } };
  trestle = await startTrestle({ config: JSON.stringify({ providers }) });
});
afterAll(async () => {
  await trestle.stop();
  await upstream.close();
});

// The two majors differ in types that no two compilers agree on, not in what is used here.
const older = OpenAI6 as unknown as Sdk;

describe.each([
  ['openai 6', older],
  ['openai 7', OpenAI7],
] as const)('%s', (_, OpenAI) => {
  test.each([
    ['whole', {}],
    ['stream', { stream: true }],
  ] as const)(
    'runs tools over two turns (%s): each is called, its result goes back, and the answer comes',
    async (kind, way) => {
      const before = upstream.seen.length;
      const measured: string[] = [];
      const measure = ({ lake }: { readonly lake: string }): object => {
        measured.push(lake);
        return { metres: depths[lake] };
      };
      const tool = {
        type: 'function',
        function: { ...depthTool, function: measure, parse: (text: string): { lake: string } => JSON.parse(text) },
      } as const;
      const client = sdkClient(OpenAI, `${trestle.url}/v1`, trestle.clientKey);
      // The overloads for whole and streamed runs have no common one.
      const runner = client.chat.completions.runTools({
        model: 'lakes/lakes-1',
        messages: [question],
        tools: [tool],
        ...way,
      } as never);
      expect(await runner.finalContent()).toBe(conclusion);
      expect(measured).toEqual(Object.keys(depths));
      expect(upstream.seen.slice(before).map(({ caseId }) => caseId)).toEqual([
        `lakes-first-${kind}`,
        `lakes-second-${kind}`,
      ]);
    },
  );
});
