import type { ChatRequest } from '../../core/chat.ts';
import type { WireBody } from '../../core/payload.ts';
import { dialect, extras, marked, spelled } from './carry.ts';

type Headers = Exclude<WireBody['headers'], undefined>;

/** The version that every server of this dialect knows. https://platform.claude.com/docs/en/api/versioning */
const usualVersion = '2023-06-01';
const version = 'anthropic-version';
const beta = 'anthropic-beta';

/** The same body with a version, for no server answers without: a caller who names none means the one that all know. */
export function withVersion(wire: WireBody): WireBody {
  if (wire.headers?.[version] !== undefined) return wire;
  return { ...wire, headers: { ...wire.headers, [version]: usualVersion } };
}

/** A request with what its headers said: the version is a matter of spelling, betas are asked for. */
export function withHeaders(request: ChatRequest, headers: Headers = {}): ChatRequest {
  const noted = marked(request, version, headers[version] === usualVersion ? undefined : headers[version]);
  if (headers[beta] === undefined) return noted;
  return { ...noted, extras: { ...noted.extras, [dialect]: { ...extras(noted), [beta]: headers[beta] } } };
}

/** The headers that a request goes with, and what of its extras stands in its body. */
export function headersOf(request: ChatRequest): { readonly headers: Headers; readonly request: ChatRequest } {
  const headers = { [version]: spelled(request, version) ?? usualVersion };
  const { [beta]: betas, ...rest } = extras(request);
  if (typeof betas !== 'string') return { headers, request };
  return {
    headers: { ...headers, [beta]: betas },
    request: { ...request, extras: { ...request.extras, [dialect]: rest } },
  };
}
