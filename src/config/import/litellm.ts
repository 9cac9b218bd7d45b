import { isJsonObject } from '../../core/json.ts';
import { spelledPath } from '../problems.ts';
import { parseYaml } from '../yaml-source.ts';
import { type Imported, inOrder, type Note, openDraft, type Remark } from './imported.ts';
import { importedText } from './imported-text.ts';
import { litellmModels } from './litellm-models.ts';
import { litellmSettings } from './litellm-settings.ts';

export interface ImportSource {
  /** As it is to be named in notes. */
  readonly file: string;
  readonly text: string;
  /** The kinds of provider that there are. */
  readonly kinds: readonly string[];
}

/**
 * LiteLLM's `config.yaml`, https://docs.litellm.ai/docs/proxy/config_settings, as a `trestle.yaml`. Throws a
 * `ConfigurationError` for what is no YAML.
 */
export function importLitellm({ file, text, kinds }: ImportSource): Imported {
  const source = parseYaml(file, text);
  const notes: Note[] = [];
  const remark: Remark = (path, sentence) =>
    notes.push({ place: source.place(path), key: spelledPath(path), sentence });
  const draft = openDraft();
  const root = isJsonObject(source.value) ? source.value : {};
  if (!isJsonObject(source.value)) remark([], 'this is no map with a model_list; nothing was taken from it.');
  litellmModels({ draft, remark, kinds }, root['model_list']);
  litellmSettings({ draft, remark, kinds }, root);
  for (const name of Object.keys(root)) {
    if (!known.includes(name)) remark([name], sectionRemarks[name] ?? 'this has no equivalent.');
  }
  return { text: importedText(draft.written(), file), notes: inOrder(notes) };
}

const known = ['model_list', 'litellm_settings', 'router_settings', 'general_settings'];

const sectionRemarks: Readonly<Record<string, string>> = {
  environment_variables: 'set these in the environment in which Trestle starts.',
  guardrails: 'this version has no guardrails.',
  mcp_servers: 'this version has no MCP gateway.',
  prompts: 'this version keeps no prompts.',
  files_settings: 'this version does not serve files.',
  finetune_settings: 'this version does not serve fine-tuning.',
  include: 'other files are not followed; import each of them by itself.',
};
