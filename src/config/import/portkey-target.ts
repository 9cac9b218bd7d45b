import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Path } from '../problems.ts';
import { credential, literally } from './credentials.ts';
import type { Draft, Remark } from './imported.ts';
import { kindMissing, kindNames } from './kinds.ts';

export interface TargetTools {
  readonly draft: Draft;
  readonly remark: Remark;
  readonly kinds: readonly string[];
}

export interface Target {
  readonly config: JsonObject;
  readonly path: Path;
  readonly inherited: JsonObject;
}

/** One target: its provider's entry, and its model as we name it. Empty if it names no model, or a vendor we do not know. */
export function portkeyTarget(tools: TargetTools, { config, path, inherited }: Target): readonly string[] {
  const { remark, kinds, draft } = tools;
  const all = { ...inherited, ...config };
  const { vendor, slug, model } = namedIn(all);
  if (vendor === undefined) {
    remark(
      path,
      `${slug === undefined ? 'no provider is named here' : `which vendor ${JSON.stringify(slug)} stands for is kept at Portkey`}; add it under providers, and to the alias.`,
    );
    return [];
  }
  const kind = Object.hasOwn(kindNames, vendor) ? kindNames[vendor] : undefined;
  const known = kind !== undefined && kinds.includes(kind) ? kind : undefined;
  if (known === undefined) {
    remark([...path, 'provider'], `${kindMissing(vendor)} this target was left out.`);
    return [];
  }
  const settings = settingsIn({ all, slug }, path, remark);
  const elsewhere = known === 'openai' && settings['base_url'] !== undefined;
  const provider = draft.provider({ kind: elsewhere ? 'openai-compatible' : known, settings });
  overridden(tools, all, path);
  const deployed = typeof all['azure_deployment_id'] === 'string' ? all['azure_deployment_id'] : model;
  if (deployed === undefined) {
    remark(path, `the model is the caller's choice: ask for ${provider}/MODEL.`);
    return [];
  }
  return [`${provider}/${deployed}`];
}

interface Named {
  readonly vendor: string | undefined;
  /** The name under which Portkey keeps the credential. */
  readonly slug: string | undefined;
  readonly model: string | undefined;
}

/** `provider: openai`, a virtual key beside it, or `@slug` and `@slug/model` of its catalogue. */
function namedIn({ provider, virtual_key, override_params }: JsonObject): Named {
  const params = isJsonObject(override_params) ? override_params : {};
  const text = typeof params['model'] === 'string' ? params['model'] : undefined;
  const [, inModel, rest] = /^@([^/]+)\/(.+)$/.exec(text ?? '') ?? [];
  const isSlug = typeof provider === 'string' && provider.startsWith('@');
  const slug = inModel ?? (isSlug ? provider.slice(1) : typeof virtual_key === 'string' ? virtual_key : undefined);
  const vendor = typeof provider === 'string' && !isSlug ? provider : undefined;
  return {
    vendor: vendor ?? (slug !== undefined && Object.hasOwn(kindNames, slug) ? slug : undefined),
    slug,
    model: rest ?? text,
  };
}

function settingsIn(
  { all, slug }: { readonly all: JsonObject; readonly slug: string | undefined },
  path: Path,
  remark: Remark,
): JsonObject {
  const settings: Record<string, Json> = {};
  const { api_key, custom_host, azure_resource_name, azure_api_version } = all;
  if (typeof api_key === 'string' && api_key !== '')
    settings['api_key'] = credential(api_key, [...path, 'api_key'], remark);
  else if (slug !== undefined) {
    const variable = `${slug
      .toUpperCase()
      .replace(/\W+/g, '_')
      .replace(/^(?=\d)/, '_')}_API_KEY`;
    settings['api_key'] = `\${${variable}}`;
    remark(
      path,
      `the key of ${JSON.stringify(slug)} is kept at Portkey; set ${variable} in the environment in which Trestle starts.`,
    );
  }
  if (typeof custom_host === 'string') settings['base_url'] = literally(custom_host).replace(/\/+$/, '');
  if (typeof azure_resource_name === 'string') settings['base_url'] = `https://${azure_resource_name}.openai.azure.com`;
  if (typeof azure_api_version === 'string') settings['api_version'] = azure_api_version;
  for (const name of Object.keys(all)) {
    if (
      /^(aws|vertex|amz|azure_(?!resource_name|deployment_id|api_version)|huggingface|cloudflare|openai_(organization|project))/.test(
        name,
      )
    )
      remark([...path, name], 'this has no equivalent; see what the provider’s entry takes.');
  }
  return settings;
}

function overridden({ remark }: TargetTools, { override_params }: JsonObject, path: Path): void {
  for (const name of Object.keys(isJsonObject(override_params) ? override_params : {})) {
    if (name !== 'model')
      remark(
        [...path, 'override_params', name],
        'an alias cannot set members of a request; callers send it themselves.',
      );
  }
}
