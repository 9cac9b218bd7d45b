import { type FailureKind, failures } from '../../src/core/failure.ts';
import { generated, tableOf } from './page.ts';

/** `docs/reference/failures.md` */
export function failuresPage(): string {
  const kinds = Object.entries(failures).map(([kind, traits]) => ({ kind: kind as FailureKind, ...traits }));
  return [
    generated('Failures'),
    'Everything that can go wrong, and what to do. The kind stands in `error.kind` of the management API, in `failure` of a',
    "request's record (`trestle requests list`) and in the log. On a vendor's own paths the answer has that vendor's envelope and type words.",
    '',
    'Whose doing it is decides what happens: only a provider’s failure is worth another attempt. _Same_ asks the same target again',
    'and then others, _other_ goes to the next target at once.',
    '',
    tableOf(
      ['Kind', 'Status', 'Whose', 'Attempts', 'What it means', 'What to do'],
      kinds.map(({ kind, status, fault, retry }) => [
        `\`${kind}\``,
        String(status),
        fault,
        { never: 'none', 'same-target': 'same', 'other-target': 'other' }[retry],
        ...meanings[kind],
      ]),
    ),
    '',
  ].join('\n');
}

/** What each kind means, and what whoever meets it does about it. */
const meanings: Readonly<Record<FailureKind, readonly [meaning: string, remedy: string]>> = {
  'request-invalid': ['The request cannot be what is meant.', 'Mend the field that `param` names.'],
  'request-lossy': [
    'With `x-trestle-strict: true`: the provider cannot be told all of it.',
    'Take out what is named, or ask a provider of the same dialect.',
  ],
  'body-too-large': ['The body is longer than `limits.max_body_bytes`.', 'Send less, or raise the limit.'],
  'body-timeout': ['The body did not arrive in time.', 'Look at the caller’s connection.'],
  'media-unsupported': ['The content type is none that the path takes.', 'Send `application/json`.'],
  'route-unknown': [
    'Nothing is served at this path.',
    'Check the base URL: OpenAI’s ends in `/v1`, Anthropic’s does not. `/openapi.json` lists the paths.',
  ],
  'method-unsupported': ['The path is served, but not by this method.', 'Use one that `allow` names.'],
  'credential-missing': [
    'There is no key with the request.',
    'Send `Authorization: Bearer` or `x-api-key` with a key of Trestle’s.',
  ],
  'credential-invalid': [
    'The key is unknown, revoked or expired.',
    '`trestle keys list` shows which are valid; make one with `trestle keys create`.',
  ],
  'permission-denied': ['The key’s role does not permit it.', 'Ask with an administrator key.'],
  'model-forbidden': [
    'The key may not use this model, or an administrator switched it off.',
    'Ask for one that `GET /v1/models` lists; or make a key that may, or switch it on with `trestle models set`.',
  ],
  'model-unknown': [
    'There is no such model or alias, or the provider has none of this name.',
    'The message names the nearest; `trestle models` lists all.',
  ],
  'model-ambiguous': ['Several providers offer a model of this name.', 'Write `provider/model`.'],
  'operation-unsupported': [
    'The provider does not offer this operation.',
    'Ask a model that does; the message names some.',
  ],
  'resource-unknown': ['There is nothing with this id.', 'List what there is.'],
  'resource-conflict': [
    'It is there already, or in the way of what is there.',
    'Change what is there, or choose another name.',
  ],
  'precondition-failed': ['Somebody else changed it since it was read.', 'Read it again, and make the change to that.'],
  'rate-limited': [
    'A limit of the key, its project or its organisation leaves no room for it now.',
    'Wait for as long as `retry-after` says, ask for less, or have the limit raised.',
  ],
  'budget-exhausted': [
    'A budget of the key, its project or its organisation has too little left for it.',
    'Ask for less or of a cheaper model, wait for the next period, or have the budget raised.',
  ],
  'price-unknown': [
    'A hard budget applies, and nobody knows what the target costs.',
    'Set its price (`trestle prices set`), or `unknown_price` in the configuration.',
  ],
  'input-unmeasured': [
    'A hard budget applies, and nobody can tell how much the request would have read: a URL, a file’s id, a search.',
    'Send what it stands for, or say how long the model’s context is (`context_window`).',
  ],
  'caller-gone': ['The caller left before the answer was whole.', 'Nothing; what was produced is in the record.'],
  'deadline-exceeded': [
    'The call took longer than it was given.',
    'Raise `x-trestle-timeout-ms` or `limits.call_timeout_ms`, or ask for less.',
  ],
  'provider-refused': [
    'The vendor judged the request itself and refused it.',
    'Mend the request as its words say; status and code are the vendor’s.',
  ],
  'provider-credential-refused': [
    'The vendor does not take our credential.',
    '`trestle doctor` says which; give the provider a new key.',
  ],
  'provider-rate-limited': [
    'The vendor takes no more requests or tokens for now.',
    'Wait as `retry-after` says; a fallback in the alias helps.',
  ],
  'provider-quota-exhausted': [
    'Our account at the vendor has nothing left.',
    'Pay there; until then a fallback in the alias helps.',
  ],
  'provider-overloaded': ['The vendor has no capacity for now.', 'A fallback in the alias helps.'],
  'provider-failed': ['The vendor failed.', 'Look at its status page; a fallback in the alias helps.'],
  'provider-unreachable': [
    'No connection to the vendor came about, or it broke off.',
    '`trestle doctor` says why: address, network, proxy.',
  ],
  'provider-garbled': [
    'It answered something that its own API does not say.',
    'Check `base_url`: something else may stand there.',
  ],
  'provider-timeout': [
    'Nothing was heard of it for too long.',
    'Raise `limits.head_timeout_ms` or `limits.idle_timeout_ms` if it is that slow.',
  ],
  'gateway-stopped': [
    'The process ended while the call was under way.',
    'Nothing; what is known to have been consumed is charged.',
  ],
  'gateway-draining': [
    'This server is being stopped and takes nothing new.',
    'Ask again: another one, or this one when it is back.',
  ],
  'gateway-storage-failed': [
    'The data directory cannot be read or written.',
    '`trestle doctor` says why: disk space, rights, another process.',
  ],
  'gateway-broken': ['A bug of ours.', 'The log has the cause under the request’s id; please report it.'],
};
