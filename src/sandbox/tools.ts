import { isJsonObject, type Json } from '../core/json.ts';
import {
  optional,
  optionalFlag,
  optionalList,
  optionalPlace,
  optionalString,
  type Place,
  pathOf,
  placeOf,
  requiredList,
  requiredPlace,
  requiredString,
  wrongType,
  wrongValue,
} from './field.ts';
import { countTokens } from './tokens.ts';

/** An offered tool. */
export type Tool =
  | { readonly kind: 'function'; readonly name: string; readonly parameters: Json; readonly path: string }
  /** Takes text; `pattern` if a regular expression says which. */
  | { readonly kind: 'custom'; readonly name: string; readonly pattern?: string; readonly path: string };

export interface Toolbox {
  /** Those that may be called now. */
  readonly callable: readonly Tool[];
  /** A call is demanded. */
  readonly demanded: boolean;
  /** More than one may be called at once. */
  readonly parallel: boolean;
  /** Offered as `functions`, the spelling before `tools`. */
  readonly legacy: boolean;
  readonly tokens: number;
}

interface Choice {
  readonly demanded: boolean;
  /** Absent means all. */
  readonly names?: readonly string[];
}

/** Reads `tools` and `tool_choice`, or `functions` and `function_call`. Throws `Failure('request-invalid')`. */
export function toolboxOf(request: Place): Toolbox {
  const legacy = optional(request, 'functions') !== undefined;
  const [list, choosing] = legacy ? ['functions', 'function_call'] : ['tools', 'tool_choice'];
  const spelled = optionalList(request, list) ?? [];
  const offered = spelled.map((value, index) => {
    const place = placeOf(value, `${list}[${index}]`);
    return legacy ? functionOf(place) : toolOf(place);
  });
  const choice = choiceOf(request, choosing);
  if (offered.length === 0 && choice.demanded) {
    throw wrongValue(choosing, `'${choosing}' is only allowed when '${list}' are specified`);
  }
  const callable = choice.names === undefined ? offered : choice.names.map((name) => named(name, offered, choosing));
  const tokens = spelled.length === 0 ? 0 : countTokens(JSON.stringify(spelled));
  const parallel = !legacy && (optionalFlag(request, 'parallel_tool_calls') ?? true);
  return { callable, demanded: choice.demanded, parallel, legacy, tokens };
}

function toolOf(place: Place): Tool {
  const type = requiredString(place, 'type');
  if (type === 'function') return functionOf(requiredPlace(place, 'function'));
  if (type === 'custom') return customOf(requiredPlace(place, 'custom'));
  throw wrongValue(pathOf(place, 'type'), `'${type}' is none of function, custom`);
}

function functionOf(place: Place): Tool {
  const parameters = optional(place, 'parameters') ?? {};
  const path = pathOf(place, 'parameters');
  if (!isJsonObject(parameters)) throw wrongType(path, 'an object', parameters);
  return { kind: 'function', name: requiredString(place, 'name'), parameters: { type: 'object', ...parameters }, path };
}

function customOf(place: Place): Tool {
  const name = requiredString(place, 'name');
  const path = pathOf(place, 'format');
  const format = optionalPlace(place, 'format');
  if (format === undefined || optionalString(format, 'type') !== 'grammar') return { kind: 'custom', name, path };
  const grammar = requiredPlace(format, 'grammar');
  const syntax = requiredString(grammar, 'syntax');
  if (syntax === 'regex') return { kind: 'custom', name, pattern: requiredString(grammar, 'definition'), path };
  throw wrongValue(pathOf(grammar, 'syntax'), `the sandbox writes by a 'regex' grammar only, not by '${syntax}'`);
}

function choiceOf(request: Place, key: string): Choice {
  const value = optional(request, key);
  if (value === undefined || value === 'auto') return { demanded: false };
  if (value === 'none') return { demanded: false, names: [] };
  if (value === 'required') return { demanded: true };
  if (!isJsonObject(value)) throw wrongValue(key, "expected 'none', 'auto', 'required' or an object that names a tool");
  const place = { object: value, path: key };
  if (key === 'function_call') return { demanded: true, names: [requiredString(place, 'name')] };
  const type = requiredString(place, 'type');
  if (type === 'allowed_tools') return allowedOf(requiredPlace(place, 'allowed_tools'));
  return { demanded: true, names: [nameOf(place, type)] };
}

function allowedOf(place: Place): Choice {
  const mode = requiredString(place, 'mode');
  if (mode !== 'auto' && mode !== 'required') {
    throw wrongValue(pathOf(place, 'mode'), `'${mode}' is none of auto, required`);
  }
  const names = requiredList(place, 'tools').map((value, index) => {
    const tool = placeOf(value, `${pathOf(place, 'tools')}[${index}]`);
    return nameOf(tool, requiredString(tool, 'type'));
  });
  if (names.length === 0) throw wrongValue(pathOf(place, 'tools'), 'expected at least one tool');
  return { demanded: mode === 'required', names };
}

function nameOf(place: Place, type: string): string {
  if (type === 'function' || type === 'custom') return requiredString(requiredPlace(place, type), 'name');
  throw wrongValue(pathOf(place, 'type'), `'${type}' is none of function, custom`);
}

function named(name: string, offered: readonly Tool[], param: string): Tool {
  const tool = offered.find((each) => each.name === name);
  if (tool !== undefined) return tool;
  throw wrongValue(param, `'${name}' not found among the offered tools`);
}
