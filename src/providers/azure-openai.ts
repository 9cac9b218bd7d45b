import { openaiChat } from '../dialects/openai-chat/index.ts';
import { openaiEmbeddings } from '../dialects/openai-embeddings/index.ts';
import { keyHeader } from './auth.ts';
import { entra } from './entra.ts';
import { gpt } from './gpt.ts';
import type { Provider, Tailoring } from './provider.ts';

/**
 * https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference. A resource has an address of its own and serves what was
 * deployed there, under names of its owner's choice. Without a dated `api_version` it is asked by the v1 API, which takes the
 * deployment for the model, https://learn.microsoft.com/en-us/azure/ai-foundry/openai/api-version-lifecycle; with one, the
 * deployment stands in the path. No list there tells what was deployed: `GET /openai/models` has the models that could be,
 * https://learn.microsoft.com/en-us/rest/api/azureopenai/models/list, and deployments are listed by Azure's management alone,
 * https://learn.microsoft.com/en-us/answers/questions/1371786, which takes another credential. So the entry names them.
 */
export const azureOpenai: Provider = {
  name: 'azure-openai',
  addresses: ['AZURE_OPENAI_ENDPOINT'],
  auth: { ...keyHeader('api-key', 'AZURE_OPENAI_API_KEY'), identity: entra },
  takes: ['api_version', 'deployments', 'identity'],
  serves: [
    { match: 'text-embedding*', operations: ['embed'] },
    ...['gpt-*', 'o#*'].map((match) => ({ match, operations: ['chat'] as const })),
  ],
  operations: operationsAt((operation) => `/openai/v1${operation}`),
  tailored: (settings) => operationsAt(pathsFor(settings)),
};

type Paths = (operation: string) => string;

function pathsFor({ baseUrl, apiVersion }: Tailoring): Paths {
  // As the address is given to OpenAI's own SDK, and to Azure's.
  const root = baseUrl.endsWith('/openai/v1') ? '' : baseUrl.endsWith('/openai') ? '/v1' : '/openai/v1';
  if (apiVersion === undefined || apiVersion === 'v1') return (operation) => root + operation;
  const query = `?api-version=${encodeURIComponent(apiVersion)}`;
  if (!/^\d/.test(apiVersion)) return (operation) => root + operation + query;
  const deployments = baseUrl.endsWith('/openai') ? '/deployments' : '/openai/deployments';
  return (operation) => `${deployments}/{model}${operation}${query}`;
}

function operationsAt(path: Paths): Provider['operations'] {
  return {
    chat: [{ dialect: openaiChat, path: path('/chat/completions'), traits: gpt() }],
    embed: [{ dialect: openaiEmbeddings, path: path('/embeddings') }],
  };
}
