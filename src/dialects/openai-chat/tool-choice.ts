import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { NamedTool, ToolChoice } from '../../core/tool.ts';
import type { Field } from '../field.ts';
import { mistyped } from '../place.ts';
import { marked, opaque, spelled, unwrapped } from './carry.ts';

/** `tool_choice`. A form that says more than the words we have is carried whole. */
export const toolChoice: Field<ToolChoice> = {
  path: 'tool_choice',
  expected: 'one of a string or object',
  read(found, place) {
    if (typeof found === 'string') return { value: wordOf(found) };
    if (isJsonObject(found)) return { value: named(found) ?? allowed(found) ?? opaque(found) };
    throw mistyped(place, toolChoice.expected, found);
  },
  write(choice, place) {
    switch (choice.type) {
      case 'auto':
      case 'none':
        return choice.type;
      case 'required':
        return spelled(choice, 'type') ?? 'required';
      case 'named':
        return { type: choice.tool.type, [choice.tool.type]: { name: choice.tool.name } };
      case 'allowed': {
        const tools = choice.tools.map(({ type, name }) => ({ type, [type]: { name } }));
        return { type: 'allowed_tools', allowed_tools: { mode: choice.required ? 'required' : 'auto', tools } };
      }
      case 'opaque':
        return unwrapped(choice, place);
    }
  },
};

/** What a path within a choice is within its wire form. */
export function belowChoice(choice: ToolChoice, rest: string): string {
  if (choice.type === 'named') return rest.replace(/^\.tool(?=\.|$)/, `.${choice.tool.type}`);
  if (choice.type !== 'allowed') return choice.type === 'opaque' ? rest : '';
  if (rest === '.required') return '.allowed_tools.mode';
  return rest.replace(/^\.tools/, '.allowed_tools.tools');
}

function wordOf(word: string): ToolChoice {
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word };
  // Mistral's word for it.
  const any: ToolChoice = { type: 'required' };
  return word === 'any' ? marked(any, 'type', 'any') : opaque(word);
}

function named(found: JsonObject): ToolChoice | undefined {
  const tool = namedTool(found);
  return tool === undefined ? undefined : { type: 'named', tool };
}

function allowed(found: JsonObject): ToolChoice | undefined {
  const inner = exactly(found, ['type', 'allowed_tools']) ? found['allowed_tools'] : undefined;
  if (found['type'] !== 'allowed_tools' || !isJsonObject(inner) || !exactly(inner, ['mode', 'tools'])) return undefined;
  const { mode, tools } = inner;
  if ((mode !== 'auto' && mode !== 'required') || !Array.isArray(tools)) return undefined;
  const names = tools.map((one: Json) => (isJsonObject(one) ? namedTool(one) : undefined));
  if (!names.every((one) => one !== undefined)) return undefined;
  return { type: 'allowed', required: mode === 'required', tools: names };
}

function namedTool(found: JsonObject): NamedTool | undefined {
  const type = found['type'];
  if (type !== 'function' && type !== 'custom') return undefined;
  const inner = found[type];
  if (!exactly(found, ['type', type]) || !isJsonObject(inner) || !exactly(inner, ['name'])) return undefined;
  return typeof inner['name'] === 'string' ? { type, name: inner['name'] } : undefined;
}

function exactly(found: JsonObject, members: readonly string[]): boolean {
  return Object.keys(found).length === members.length && members.every((name) => Object.hasOwn(found, name));
}
