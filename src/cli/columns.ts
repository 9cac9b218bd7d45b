/** What people look for first in each list, by procedure; the whole is in `--json`. Lists that are not here show all they have. */
export const columns: Readonly<Record<string, readonly string[]>> = {
  'keys.list': ['id', 'name', 'role', 'project_id', 'models', 'created_at', 'expires_at', 'revoked_at'],
  'projects.list': ['id', 'name', 'created_at'],
  'models.list': ['id', 'provider', 'operations', 'prices.input', 'prices.cached_input', 'prices.output'],
  'providers.list': ['name', 'type', 'base_url', 'has_credential', 'disabled', 'source', 'mistake'],
  'aliases.list': ['name', 'models', 'source', 'mistake'],
  'audit.list': ['created_at', 'actor', 'procedure', 'subject', 'summary'],
  'requests.list': [
    'created_at',
    'id',
    'requested_model',
    'provider',
    'status',
    'failure',
    'usage.tokens.total',
    'cost_usd',
    'latency_ms',
    'attempts',
  ],
};
