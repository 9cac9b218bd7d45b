import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { HttpClient, InboundResponse, OutboundRequest } from '../core/ports.ts';
import type { Identity, Signer, SigningTools } from './provider.ts';
import { renewedToken, type Token } from './renewed-token.ts';

/** The one thing that tokens for Azure's AI services are for. */
const resource = 'https://cognitiveservices.azure.com';
const publicCloud = 'https://login.microsoftonline.com';
/** Only a virtual machine itself can ask here: https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
const machineUrl = 'http://169.254.169.254/metadata/identity/oauth2/token';

/** Signs as an application or as the machine, with tokens of Microsoft Entra ID that are renewed before they end. */
export function entra(identity: Identity, { http, clock }: SigningTools): Signer {
  const token = renewedToken(async (signal) => tokenIn(await asked(http, { ...question(identity), signal })), clock);
  const own = identity.kind === 'application' ? identity.clientSecret : identity.endpoint?.header;
  return {
    names: ['authorization'],
    headers: async (signal) => ({ authorization: `Bearer ${await token.current(signal)}` }),
    secrets: () => [own?.reveal(), token.latest].filter((text) => text !== undefined),
  };
}

type Question = Omit<OutboundRequest, 'signal'>;

/**
 * For an application: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow. For the machine, as
 * App Service and what is built on it wants it: https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity
 */
function question(identity: Identity): Question {
  if (identity.kind === 'application') {
    const { authority = publicCloud, tenantId, clientId, clientSecret } = identity;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret.reveal() };
    const body = new URLSearchParams({ ...form, scope: `${resource}/.default` });
    return {
      method: 'POST',
      url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new TextEncoder().encode(body.toString()),
    };
  }
  const { clientId, endpoint } = identity;
  const version = endpoint === undefined ? '2018-02-01' : '2019-08-01';
  const which = clientId === undefined ? '' : `&client_id=${encodeURIComponent(clientId)}`;
  const query = `api-version=${version}&resource=${encodeURIComponent(resource)}${which}`;
  if (endpoint === undefined) return { method: 'GET', url: `${machineUrl}?${query}`, headers: { metadata: 'true' } };
  const headers = { 'x-identity-header': endpoint.header.reveal() };
  return { method: 'GET', url: `${endpoint.url}?${query}`, headers };
}

/** No token has more. */
const longestAnswer = 64 * 1024;

interface TokenAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

async function asked(http: HttpClient, request: OutboundRequest): Promise<TokenAnswer> {
  try {
    const answer = await http.send(request);
    return { status: answer.status, body: await bodyOf(answer) };
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind !== 'provider-timeout' && thrown.kind !== 'caller-gone') throw thrown;
    // Nobody was asked anything that could be billed.
    throw new Failure('provider-unreachable', 'Microsoft Entra ID gave no token in time.', { cause: thrown });
  }
}

async function bodyOf(answer: InboundResponse): Promise<JsonObject> {
  const text = new TextDecoder().decode(await answer.bytes(longestAnswer));
  try {
    const value: Json = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** `expires_in` is a number in one answer and a text in another; where it is absent the token is taken for a short one. */
function tokenIn({ status, body }: TokenAnswer): Token {
  if (status !== 200) throw refused({ status, body });
  const text = body['access_token'];
  const seconds = Number(body['expires_in'] ?? shortestSeconds);
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text))
    throw new Failure('provider-garbled', 'Microsoft Entra ID answered without a token.');
  return { text, validForMs: (seconds > 0 ? seconds : shortestSeconds) * 1000 };
}

/** Where it is not said how long a token lasts. */
const shortestSeconds = 300;

function refused({ status, body }: TokenAnswer): Failure {
  if (status === 429 || status >= 500)
    return new Failure('provider-overloaded', `Microsoft Entra ID gives no tokens now (status ${status}).`);
  // `AADSTS7000215: Invalid client secret provided. …`: the number is what people look up.
  const description = typeof body['error_description'] === 'string' ? body['error_description'] : '';
  const [code] = /AADSTS\d+/.exec(description) ?? [String(body['error'] ?? `status ${status}`).slice(0, 60)];
  return new Failure(
    'provider-credential-refused',
    `Microsoft Entra ID gives no token to this identity (${code}); check tenant_id, client_id and client_secret, or the managed identity and its role.`,
  );
}
