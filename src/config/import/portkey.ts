import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { ConfigurationError, type Path, spelledPath } from '../problems.ts';
import { parseYaml } from '../yaml-source.ts';
import { type Imported, inOrder, type Note, openDraft, type Remark } from './imported.ts';
import { importedText } from './imported-text.ts';
import type { ImportSource } from './litellm.ts';
import { portkeyTarget } from './portkey-target.ts';

export interface PortkeySource extends ImportSource {
  /** What callers are to ask for. */
  readonly name: string;
}

/**
 * A config of Portkey's gateway, https://portkey.ai/docs/api-reference/inference-api/config-object, as a `trestle.yaml`.
 * Throws a `ConfigurationError` for what is no JSON.
 */
export function importPortkey({ file, text, kinds, name }: PortkeySource): Imported {
  const { value, place } = sourceIn(file, text);
  const notes: Note[] = [];
  const remark: Remark = (path, sentence) => notes.push({ place: place(path), key: spelledPath(path), sentence });
  const draft = openDraft();
  const { root, path } = rootIn(value);
  const tools: PortkeyTools = { draft, remark, kinds, taken: new Set() };
  walk(tools, { alias: name, config: root, path, inherited: {} });
  return { text: importedText(draft.written(), file), notes: inOrder(notes) };
}

/** What the parts of a config are read with. */
export interface PortkeyTools {
  readonly draft: ReturnType<typeof openDraft>;
  readonly remark: Remark;
  readonly kinds: readonly string[];
  /** Settings for all models together that were taken already. */
  readonly taken: Set<string>;
}

/** JSON is YAML, but for tabs: these are spaces that mean nothing outside of texts. */
function sourceIn(file: string, text: string): { readonly value: unknown; readonly place: (path: Path) => string } {
  try {
    JSON.parse(text);
  } catch {
    throw new ConfigurationError([
      { place: file, key: '', sentence: 'this is no JSON; check quotes, commas and brackets.' },
    ]);
  }
  return parseYaml(file, text.replaceAll('\t', ' '));
}

/** The config itself, also within what Portkey's own API answers. */
function rootIn(value: unknown): { readonly root: JsonObject; readonly path: Path } {
  const ways: readonly Path[] = [['data', 'config'], ['config'], ['data']];
  for (const path of ways) {
    let found: unknown = value;
    for (const step of path) found = isJsonObject(found) ? found[String(step)] : undefined;
    if (isJsonObject(found)) return { root: found, path };
  }
  return { root: isJsonObject(value) ? value : {}, path: [] };
}

export interface Node {
  /** What callers ask for. */
  readonly alias: string;
  readonly config: JsonObject;
  readonly path: Path;
  /** What stands further up and counts for every target below. */
  readonly inherited: JsonObject;
}

function walk(tools: PortkeyTools, { alias, config, path, inherited }: Node): void {
  const node = { alias, config: snakeCase(config), path, inherited };
  const conditions = conditionalTargets(tools, node);
  if (conditions !== undefined) {
    for (const each of conditions) walk(tools, each);
    return;
  }
  const targets = targetsOf(tools, node);
  if (targets.length > 0) tools.draft.alias(alias, [...new Set(targets)]);
  else tools.remark(path, `nothing here names a model, so that there is no alias ${alias}; ask for PROVIDER/MODEL.`);
}

/** The models below a node, in the order in which they are asked. */
function targetsOf(tools: PortkeyTools, node: Node): readonly string[] {
  const { targets } = node.config;
  for (const [name, value] of Object.entries(node.config)) shared(tools, value, [...node.path, name]);
  if (!Array.isArray(targets)) return portkeyTarget(tools, node);
  const children = targets.map((target, index) => ({
    ...node,
    config: snakeCase(isJsonObject(target) ? target : {}),
    path: [...node.path, 'targets', index],
    inherited: { ...node.inherited, ...passedDown(node.config) },
  }));
  const mode = modeOf(node.config);
  if (mode === 'loadbalance') {
    tools.remark(
      [...node.path, 'strategy', 'mode'],
      'there is no balancing: the heaviest target is asked, and the others when it fails.',
    );
    for (const { config, path } of children)
      if (config['weight'] !== undefined) tools.remark([...path, 'weight'], weightless);
    children.sort((a, b) => weightOf(b.config) - weightOf(a.config));
  }
  if (mode === 'single') children.splice(1);
  return children.flatMap((child) => targetsOf(tools, child));
}

const weightless = 'a weight only says who is asked first.';

function modeOf({ strategy }: JsonObject): Json | undefined {
  return isJsonObject(strategy) ? strategy['mode'] : undefined;
}

function weightOf({ weight }: JsonObject): number {
  return typeof weight === 'number' ? weight : 1;
}

function passedDown({ override_params, provider, api_key, virtual_key, custom_host }: JsonObject): JsonObject {
  const all = { override_params, provider, api_key, virtual_key, custom_host };
  return Object.fromEntries(Object.entries(all).filter((each): each is [string, Json] => each[1] !== undefined));
}

/** Each target that a condition may choose becomes an alias of its own, which callers then choose. */
function conditionalTargets(
  { remark }: PortkeyTools,
  { alias, config, path, inherited }: Node,
): readonly Node[] | undefined {
  const { strategy, targets } = config;
  if (modeOf(config) !== 'conditional' || !isJsonObject(strategy) || !Array.isArray(targets)) return undefined;
  const common = snakeCase(strategy)['default'];
  const nodes = targets.map((target, index) => {
    const own = isJsonObject(target) ? target : {};
    const name = typeof own['name'] === 'string' ? own['name'] : String(index + 1);
    const child = {
      config: own,
      path: [...path, 'targets', index],
      inherited: { ...inherited, ...passedDown(config) },
    };
    return { ...child, alias: name === common ? alias : `${alias}-${name}` };
  });
  const names = nodes.map((node) => node.alias).join(', ');
  remark(
    [...path, 'strategy'],
    `conditions have no equivalent; each target has an alias of its own, for callers to choose: ${names}.`,
  );
  return nodes;
}

/** `apiKey` is `api_key` there. */
function snakeCase(config: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

/** What we set for all models together, and what has no equivalent wherever it stands. */
function shared({ draft, remark, taken }: PortkeyTools, value: Json, path: Path): void {
  const name = String(path.at(-1));
  if (name === 'retry' || name === 'request_timeout') {
    if (taken.has(name)) remark(path, 'this is set for all models together; what stands further up was kept.');
    else if (name === 'retry') draft.set('retry', 'attempts', attemptsIn(value));
    else if (Number.isSafeInteger(value) && Number(value) > 0) draft.set('limits', 'call_timeout_ms', value);
    taken.add(name);
    if (name === 'retry' && isJsonObject(value) && (value['on_status_codes'] ?? value['onStatusCodes']) !== undefined)
      remark([...path, value['on_status_codes'] === undefined ? 'onStatusCodes' : 'on_status_codes'], codes);
  }
  if (name === 'strategy' && isJsonObject(value) && (value['on_status_codes'] ?? value['onStatusCodes']) !== undefined)
    remark([...path, value['on_status_codes'] === undefined ? 'onStatusCodes' : 'on_status_codes'], codes);
  if (name === 'strategy') for (const stray of strayIn(value, strategyKeys)) remark([...path, stray], nothing);
  const sentence = Object.hasOwn(remarks, name) ? remarks[name] : understood.test(name) ? undefined : nothing;
  if (sentence !== undefined) remark(path, sentence);
}

const nothing = 'this has no equivalent.';
const strategyKeys = ['mode', 'on_status_codes', 'onStatusCodes', 'conditions', 'default'];
/** Looked at elsewhere; those of vendors' accounts where the target is read. */
const understood =
  /^(strategy|targets|provider|api_key|virtual_key|custom_host|override_params|weight|name|retry|request_timeout|id|aws_.*|vertex_.*|amz_.*|azure_.*|huggingface_.*|cloudflare_.*|openai_(organization|project))$/;

function strayIn(value: Json, known: readonly string[]): readonly string[] {
  return isJsonObject(value) ? Object.keys(value).filter((name) => !known.includes(name)) : [];
}

const codes = 'which failures are worth another attempt is decided by their kind, not by their status alone.';

/** There, the first attempt does not count. */
function attemptsIn(value: Json): number {
  const retries = isJsonObject(value) ? Number(value['attempts']) : 0;
  return Number.isSafeInteger(retries) && retries > 0 ? Math.min(10, retries + 1) : 1;
}

const guardrails = 'this version has no guardrails.';
const remarks: Readonly<Record<string, string>> = {
  cache: 'this version has no cache of its own; a provider’s prompt cache works through it.',
  input_guardrails: guardrails,
  output_guardrails: guardrails,
  before_request_hooks: guardrails,
  after_request_hooks: guardrails,
  forward_headers: 'headers of a caller are not forwarded; give the provider `headers` of its own.',
  cb_config: 'a target that fails is not set aside in this version.',
  strict_open_ai_compliance: 'answers are always as their dialect has them.',
};
