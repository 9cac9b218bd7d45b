import { describe, expect, test } from 'bun:test';
import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { handmade, type Recording, recorded } from '../../recordings.ts';
import { doubled } from '../doubled.ts';
import { anthropicRequestFacts } from './anthropic-request.ts';
import { joinAnthropicStream } from './anthropic-stream.ts';
import { compareFacts } from './compare.ts';
import { leaves } from './exact-json.ts';
import type { Fact } from './fact.ts';
import { openaiRequestFacts } from './openai-chat-request.ts';
import { joinOpenaiStream } from './openai-chat-stream.ts';

/** The oracle itself: a witness who sees nothing would call every translation a good one. */
const dialects = [
  {
    name: 'openai-chat',
    read: openaiRequestFacts,
    cases: requests([...recorded('openai-chat'), ...handmade('openai-chat')]),
    silent:
      /^model$|^stream_options|\.(role|type|index)$|^parallel_tool_calls$|^stream$|^tool_choice$|^store$|tool_calls\[\d+\]\.id$|\.name$|\.strict$|^service_tier$|^n$|penalty$|^logprobs$|^response_format|\.required\[|^safety_identifier$|^user$|allowed_tools|breakpoint\.mode$|\.detail$|^modalities|\.reasoning/,
  },
  {
    name: 'anthropic-messages',
    read: anthropicRequestFacts,
    cases: requests(
      [...recorded('anthropic'), ...handmade('anthropic-messages')].filter(({ endpoint }) => endpoint === 'messages'),
    ),
    silent:
      /^model$|^anthropic_version$|\.(role|type|id)$|^stream$|^tool_choice|^thinking|is_error$|\.strict$|\.caller\.|^service_tier$|\.required\[|media_type$|^output_config\.effort$|citations\.enabled$/,
  },
] as const;

describe.each(dialects)('$name', ({ read, cases, silent }) => {
  const run = test.skipIf(cases.length === 0);

  run('a request says what it says', () => {
    for (const { id, wire } of cases) {
      const { missing, invented } = compareFacts(read(wire), read(wire));
      expect({ id, missing, invented }).toEqual({ id, missing: [], invented: [] });
    }
  });

  run('whatever is taken out of a request is missed', () => {
    const unseen: string[] = [];
    let taken = 0;
    for (const { id, wire } of cases.filter(({ wire }) => leaves(wire).length < 400)) {
      const facts = read(wire);
      for (const path of leaves(wire)) {
        if (silent.test(path) || says.nothing(wire, path)) continue;
        taken += 1;
        const without = read(taking(wire, path));
        if (compareFacts(facts, without).missing.length === 0) unseen.push(`${id} ${path}`);
      }
    }
    console.log(`  ${taken} members taken out, one at a time`);
    expect(unseen).toEqual([]);
    expect(taken).toBeGreaterThan(cases.length);
  });
});

/** No arguments are empty ones, and a tool that may not be called is none. */
const says = {
  nothing(wire: JsonObject, path: string): boolean {
    if (path.endsWith('.arguments')) return valueAt(wire, path) === '{}';
    if (path.endsWith('parameters.additionalProperties')) return true;
    return path.startsWith('tools[') && JSON.stringify(wire['tool_choice'] ?? '').includes('allowed_tools');
  },
};

test('what comes twice must come twice, and in order', () => {
  const said = (...values: readonly string[]): readonly Fact[] =>
    values.map((value) => ({ kind: 'call', value, at: value, turn: 1 }));
  const missing = (source: readonly Fact[], target: readonly Fact[]): readonly string[] =>
    compareFacts(source, target).missing.map(({ value }) => value);
  expect(missing(said('a', 'b', 'a'), said('a', 'b', 'a'))).toEqual([]);
  expect(missing(said('a', 'b', 'a'), said('a', 'b'))).toEqual(['a']);
  expect(missing(said('a', 'b'), said('b', 'a'))).toHaveLength(1);
});

const streams = [
  {
    name: 'openai-chat',
    cases: recorded('openai-chat'),
    faultsOf: openaiFaults,
    known: ['there is no [DONE] at the end', 'a frame is no JSON'],
  },
  {
    name: 'anthropic-messages',
    cases: recorded('anthropic').filter(({ id }) => !doubled.has(id)),
    faultsOf: anthropicFaults,
    known: [],
  },
] as const;

test.each(streams)('recorded streams of $name come in the order that their vendor documents', (dialect) => {
  const { cases, faultsOf, known } = dialect;
  const spoiled = cases
    .filter(({ framing, endpoint }) => framing === 'sse' && /^(messages|chat.completions)$/.test(endpoint))
    .map((one) => ({ id: one.id, faults: faultsOf(one).filter((what) => !known.some((odd) => what.startsWith(odd))) }))
    .filter(({ faults }) => faults.length > 0);
  expect(spoiled).toEqual([]);
});

function openaiFaults({ responseChunks = [] }: Recording): readonly string[] {
  return joinOpenaiStream(responseChunks.flatMap(({ data }) => (data === undefined ? [] : [data]))).faults;
}

function anthropicFaults({ responseChunks = [] }: Recording): readonly string[] {
  return joinAnthropicStream(responseChunks).faults;
}

function requests(cases: readonly Recording[]): readonly { readonly id: string; readonly wire: JsonObject }[] {
  return cases.flatMap(({ id, requestBody: wire }) =>
    isJsonObject(wire) && Array.isArray(wire['messages']) ? [{ id, wire }] : [],
  );
}

/** The same without what stands at this path. */
function taking(wire: JsonObject, path: string): JsonObject {
  const copy: Record<string, Json> = structuredClone(wire);
  const last = stepsOf(path).at(-1) ?? '';
  const holder = valueAt(copy, path, -1);
  if (Array.isArray(holder)) holder[Number(last)] = null;
  else delete (holder as Record<string, Json>)[last];
  return copy;
}

function valueAt(wire: JsonObject, path: string, end?: number): Json | undefined {
  return stepsOf(path)
    .slice(0, end)
    .reduce<Json | undefined>((holder, step) => (holder as JsonObject)[step], wire);
}

function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}
