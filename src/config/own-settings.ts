import type { Secret } from '../core/secret.ts';
import type { Identity, OwnSetting, Provider } from '../providers/provider.ts';
import { parseBaseUrl } from './address.ts';
import type { ProviderSettings } from './config.ts';
import { credentialIn, credentialOutside } from './credential.ts';
import { variable } from './interpolation.ts';
import type { Path } from './problems.ts';
import type { Reader } from './reader.ts';
import type { ProviderInput } from './schema.ts';

/** An entry whose kind may have settings of its own. */
export interface OwnEntry {
  readonly kind: Provider;
  readonly input: ProviderInput;
  readonly path: Path;
}

export interface OwnReader extends Reader {
  /** The entry was not written by who owns this machine, and may use nothing of it. */
  readonly apart?: true;
}

type OwnSettings = Pick<ProviderSettings, 'apiVersion' | 'deployments' | 'identity'>;

const keys: Readonly<Record<OwnSetting, readonly (keyof ProviderInput)[]>> = {
  api_version: ['api_version'],
  deployments: ['deployments'],
  identity: ['tenant_id', 'client_id', 'client_secret', 'managed_identity'],
};

/** Settings that only some kinds have; one that its kind knows nothing of is told to be taken out. */
export function ownSettings(reader: OwnReader, entry: OwnEntry): OwnSettings {
  const { kind, input, path } = entry;
  for (const [setting, names] of Object.entries(keys)) {
    if (kind.takes?.some((taken) => taken === setting)) continue;
    for (const name of names)
      if (input[name] !== undefined)
        reader.problems.add([...path, name], `the kind ${kind.name} has no such setting; take it out.`);
  }
  const apiVersion = input.api_version ?? versionOutside(reader, kind);
  const identity = kind.takes?.includes('identity') === true ? identityIn(reader, entry) : undefined;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(input.deployments === undefined ? {} : { deployments: input.deployments }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** Of a kind that nobody configured: who we are and where it is, as the vendor's own tools find it out. */
export function ownOutside(
  reader: OwnReader,
  kind: Provider,
): { readonly baseUrl: string; readonly identity?: Identity } | undefined {
  const baseUrl = addressOutside(reader, kind);
  if (baseUrl === undefined) return undefined;
  const identity = kind.takes?.includes('identity') === true ? applicationOutside(reader) : undefined;
  return identity === undefined ? { baseUrl } : { baseUrl, identity };
}

/** The address of a kind that has another one for each customer, from the environment. */
export function addressOutside({ environment, problems }: Reader, { addresses = [] }: Provider): string | undefined {
  const name = addresses.find((each) => variable(environment, each) !== undefined);
  if (name === undefined) return undefined;
  const address = parseBaseUrl(variable(environment, name)?.trim() ?? '');
  if (address === undefined)
    problems.addOutside('environment', name, 'its value is no http or https address; copy it again.');
  return address?.baseUrl;
}

/** The variable that OpenAI's SDK for Azure reads. */
function versionOutside({ environment }: Reader, { takes }: Provider): string | undefined {
  return takes?.includes('api_version') === true ? variable(environment, 'OPENAI_API_VERSION') : undefined;
}

function identityIn(reader: OwnReader, { kind, input, path }: OwnEntry): Identity | undefined {
  const { managed_identity: managed, tenant_id: tenantId, client_id: clientId, client_secret: given } = input;
  if (managed !== undefined && managed !== false) {
    for (const name of ['tenant_id', 'client_secret', 'api_key'] as const)
      if (input[name] !== undefined)
        reader.problems.add([...path, name], 'a managed identity needs none; take it out, or managed_identity.');
    if (reader.apart) {
      const sentence = 'whose identity this machine has is for its owner to lend: it is set in the configuration file.';
      reader.problems.add([...path, 'managed_identity'], sentence);
    }
    return machineIdentity(reader, clientId);
  }
  if (tenantId === undefined && clientId === undefined && given === undefined) {
    const keys = kind.auth.environment.filter((name) => variable(reader.environment, name) !== undefined);
    return input.api_key === undefined && keys.length === 0 ? applicationOutside(reader) : undefined;
  }
  const clientSecret = credentialIn(reader, given, [...path, 'client_secret']);
  if (tenantId !== undefined && clientId !== undefined && clientSecret !== undefined)
    return { kind: 'application', tenantId, clientId, clientSecret, ...authority(reader) };
  const missing = { tenant_id: tenantId, client_id: clientId, client_secret: given };
  for (const [name, value] of Object.entries(missing))
    if (value === undefined)
      reader.problems.add([...path, name], 'tenant_id, client_id and client_secret belong together; write all three.');
  return undefined;
}

/** App Service, Functions and Container Apps tell their programs where to ask; a virtual machine needs not. */
function machineIdentity(reader: Reader, clientId: string | undefined): Identity {
  const url = variable(reader.environment, 'IDENTITY_ENDPOINT');
  const header = url === undefined ? undefined : optionalSecret(reader, 'IDENTITY_HEADER');
  return {
    kind: 'machine',
    ...(clientId === undefined ? {} : { clientId }),
    ...(url === undefined || header === undefined ? {} : { endpoint: { url, header } }),
  };
}

/** The variables of Azure's own libraries: https://learn.microsoft.com/en-us/javascript/api/overview/azure/identity-readme */
function applicationOutside(reader: Reader): Identity | undefined {
  const tenantId = variable(reader.environment, 'AZURE_TENANT_ID');
  const clientId = variable(reader.environment, 'AZURE_CLIENT_ID');
  if (tenantId === undefined || clientId === undefined) return undefined;
  const clientSecret = optionalSecret(reader, 'AZURE_CLIENT_SECRET');
  if (clientSecret === undefined) return undefined;
  return { kind: 'application', tenantId, clientId, clientSecret, ...authority(reader) };
}

function optionalSecret(reader: Reader, name: string): Secret | undefined {
  return variable(reader.environment, name) === undefined ? undefined : credentialOutside(reader, name);
}

/** Other clouds than the public one have their own place for tokens. */
function authority({ environment, problems }: Reader): { readonly authority?: string } {
  const text = variable(environment, 'AZURE_AUTHORITY_HOST');
  if (text === undefined) return {};
  const address = parseBaseUrl(text.trim());
  if (address !== undefined) return { authority: address.baseUrl };
  problems.addOutside('environment', 'AZURE_AUTHORITY_HOST', 'its value is no https address; copy it again.');
  return {};
}
