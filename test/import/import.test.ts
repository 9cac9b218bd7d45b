import { describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../architecture/checks.ts';
import { startTrestle } from '../started.ts';

/** A team's configuration of another gateway. */
interface Case {
  readonly from: 'litellm' | 'portkey';
  readonly file: string;
  /** `line key` of what has no equivalent, or must be looked at. */
  readonly told: readonly string[];
  /** What callers ask for, and where that leads, in order. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

const cases: readonly Case[] = [
  {
    from: 'litellm',
    file: 'litellm-team.yaml',
    told: [
      '9 model_list[0].litellm_params.weight',
      '10 model_list[0].litellm_params.rpm',
      '12 model_list[0].model_info.base_model',
      '13 model_list[1]',
      '19 model_list[1].litellm_params.weight',
      '20 model_list[1].litellm_params.tpm',
      '25 model_list[2].litellm_params.max_tokens',
      '28 model_list[2].model_info.access_groups',
      '38 model_list[4].litellm_params.model',
      '41 router_settings.routing_strategy',
      '44 router_settings.allowed_fails',
      '45 router_settings.cooldown_time',
      '48 litellm_settings.cache',
      '49 litellm_settings.cache_params',
      '52 litellm_settings.success_callback',
      '55 litellm_settings.context_window_fallbacks',
      '58 general_settings.master_key',
      '59 general_settings.database_url',
      '60 general_settings.alerting',
    ],
    names: {
      assistant: ['azure-openai/assistant-west', 'azure-openai-2/assistant-north', 'anthropic/claude-haiku-4-5'],
      'assistant-backup': ['anthropic/claude-haiku-4-5'],
      'search-vectors': ['openai/text-embedding-3-small'],
    },
  },
  {
    from: 'litellm',
    file: 'litellm-lab.yaml',
    told: [
      '16 model_list[2].model_name',
      '24 model_list[3].litellm_params.temperature',
      '25 model_list[3].litellm_params.stream_timeout',
      '28 model_list[4].litellm_params.model',
      '34 litellm_settings.max_budget',
      '35 litellm_settings.budget_duration',
      '39 guardrails',
    ],
    names: {
      chat: ['vllm/Qwen/Qwen3-32B', 'groq/llama-3.3-70b-versatile'],
      'local-chat': ['vllm/Qwen/Qwen3-32B', 'groq/llama-3.3-70b-versatile'],
      'local-small': ['ollama/llama3.2', 'groq/llama-3.3-70b-versatile'],
      reader: ['groq/llama-3.3-70b-versatile'],
    },
  },
  {
    from: 'portkey',
    file: 'portkey-balanced.json',
    told: [
      '2 strategy.mode',
      '3 retry.on_status_codes',
      '5 cache',
      '10 targets[0].api_key',
      '11 targets[0].weight',
      '12 targets[0].override_params.temperature',
      '14 targets[1]',
      '17 targets[1].weight',
      '21 input_guardrails',
    ],
    names: { default: ['groq/llama-3.3-70b-versatile', 'openai/gpt-5-mini'] },
  },
  {
    from: 'portkey',
    file: 'portkey-routed.json',
    told: [
      '2 strategy',
      '10 targets[0].strategy.on_status_codes',
      '14 targets[0].targets[0].api_key',
      '19 targets[0].targets[1]',
      '19 targets[0].targets[1].forward_headers',
      '25 targets[1].api_key',
      '27 targets[1].trace_id',
    ],
    names: {
      'default-paid': ['azure-openai/assistant', 'anthropic/claude-haiku-4-5'],
      default: ['mistral/mistral-small-latest'],
    },
  },
];

const path = Bun.env['PATH'] ?? '';

function trestle(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([join(root, 'bin/trestle'), ...words], {
    cwd: join(import.meta.dir),
    env: { PATH: path, ...environment },
  });
  return { exitCode, said: stdout.toString(), complained: stderr.toString() };
}

/** Every variable that a configuration asks for. */
function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'a-value']));
}

describe.each(cases)('$file', ({ from, file, told, names }) => {
  test('becomes a configuration that is good, starts, and leads each name where it led; what it loses is told line by line', async () => {
    const home = mkdtempSync(join(tmpdir(), 'trestle-import-'));
    try {
      const out = join(home, 'trestle.yaml');
      const imported = trestle(['import', from, file, '--out', out]);
      expect(imported.exitCode).toBe(0);
      const notes = [...imported.complained.matchAll(/^ {2}\S+?:(\d+):\d+ {2}([^:]+): \S/gm)];
      expect(notes.map(([, line, key]) => `${line} ${key}`)).toEqual([...told]);

      const config = readFileSync(out, 'utf8');
      const environment = variablesOf(config);
      const checked = trestle(['config', 'check', out], environment);
      expect({ code: checked.exitCode, complained: checked.complained }).toEqual({ code: 0, complained: '' });

      const server = await startTrestle({ config, environment });
      try {
        const leads = await Promise.all(Object.keys(names).map((name) => targetsOf(server, name)));
        expect(Object.fromEntries(Object.keys(names).map((name, index) => [name, leads[index]]))).toEqual({ ...names });
      } finally {
        await server.stop('SIGKILL');
      }
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }, 30_000);
});

interface Explained {
  readonly targets: readonly { readonly provider: string; readonly model: string }[];
}

/** Where a call to a name would go; nobody is asked. */
async function targetsOf(
  { url, clientKey }: { readonly url: string; readonly clientKey: string },
  model: string,
): Promise<readonly string[]> {
  const request = model.includes('vectors')
    ? { dialect: 'openai-embeddings', request: { model, input: 'Hello' } }
    : { request: { model, messages: [{ role: 'user', content: 'Hello' }] } };
  const response = await fetch(`${url}/trestle/v1/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clientKey}` },
    body: JSON.stringify(request),
  });
  const { targets } = (await response.json()) as Explained;
  return targets.map((target) => `${target.provider}/${target.model}`);
}
