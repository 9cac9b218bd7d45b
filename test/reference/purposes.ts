/** What each setting is for. The page is refused while one of them is missing, or one too many. */
export const purposes: Readonly<Record<string, string>> = {
  listen: 'where callers come; `0.0.0.0:4141` for the whole network. By default `127.0.0.1:4141`',
  admin_listen:
    'where management is served. By default at `listen` while only this machine can reach that, else `127.0.0.1:4142`',
  data: 'the data directory: the ledger, keys, prices. One process at a time. By default `./data`',
  'log.level': 'which lines are logged. By default `info`',
  'limits.max_body_bytes': "a request's body",
  'limits.head_timeout_ms': 'from a request to the provider until its answer begins',
  'limits.idle_timeout_ms': 'between two pieces of an answer',
  'limits.call_timeout_ms': 'a whole call with its stream; callers may ask for less with `x-trestle-timeout-ms`',
  'media.max_bytes': 'of one image or file that a caller named by URL and a provider wants as bytes',
  'media.timeout_ms': 'for one, from looking its host up to its last byte',
  'media.allow': 'what may be reached besides public hosts at ports 80 and 443',
  'retry.attempts': 'at one target, the first included',
  'retry.max_delay_ms': 'a provider that asks for a longer wait is not asked again',
  'budgets.min_output_tokens': 'a call is refused rather than left with less output than this, if it asked for more',
  'unknown_price.input':
    'what a model whose price nobody knows is taken to cost where budgets must hold. Without it a call under a hard budget is refused there',
  'unknown_price.output': 'the same for what it writes',
  providers: 'an entry for each provider, see below; `false` instead of an entry switches it off',
  models: 'an entry for each alias, see below',
};

export const providerPurposes: Readonly<Record<string, string>> = {
  type: 'its kind. By default the name of the entry',
  api_key:
    'its credential: `"\u0024{NAME}"`, `{ file: /path }` or the key itself. By default from the environment, see the table of kinds',
  base_url: "where it is: what the vendor's own SDK would be given. By default the vendor's",
  headers: 'sent along with every request',
  models: 'a list of names is all that it offers; a map says what is known of each, and others may be there',
  api_version: 'of Azure: which version of its API is asked. By default its v1',
  deployments: "of Azure: models' names here, and the deployments' names there",
  tenant_id: 'of Azure: the tenant of the application that signs in instead of a key',
  client_id: 'of Azure: the application, or one of several identities of this machine',
  client_secret: 'of Azure: the application’s secret, written like `api_key`',
  managed_identity: 'of Azure: the identity of this machine signs in instead of a key',
  prices: 'by model, see below; `*` is every other model',
  'free.requests_per_day': 'the first calls of each UTC day cost nothing: of all its models together, so many',
  'free.tokens_per_day': 'the first calls of each UTC day cost nothing while they fit into so many tokens, in and out',
  'adjust.without': 'members of a request that it refuses',
  'adjust.renamed': 'members of a request that it spells otherwise',
  'adjust.usage_unasked': 'it refuses `stream_options`, or sends usage in a stream unasked',
  'adjust.ends_unmarked': 'its streams end without `data: [DONE]`',
  'adjust.dialects': 'the same four for the doors of one dialect alone; the others are for every door',
};

export const aliasPurposes: Readonly<Record<string, string>> = {
  pin: 'a version that must not move. It stands alone',
  targets: 'the model that is asked, as `[{ model: provider/model }]`',
  fallback: 'models or aliases that are asked when it fails, in this order',
};
