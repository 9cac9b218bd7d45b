import type { Config, ProviderSettings } from '../config/config.ts';
import type { HttpClient } from '../core/ports.ts';
import { configure } from '../providers/configure.ts';
import { type Probe, probe } from '../providers/probe.ts';
import type { TimeHeard } from './doctor-machine.ts';
import { beware, type Finding, good, mend, unknown } from './finding.ts';
import { plain } from './plain.ts';
import type { Tools } from './tools.ts';

/** What was seen of a provider, and what it said of the time. */
export interface ProviderSeen {
  readonly finding: Finding;
  readonly times: readonly TimeHeard[];
}

/** Shows each configured provider's credential to its vendor from here, as a server would. */
export function providerFindings(
  tools: Tools,
  { providers }: Pick<Config, 'providers'>,
): Promise<readonly ProviderSeen[]> {
  const asked = providers.filter(({ kind }) => kind.builtIn !== true);
  return Promise.all(asked.map((entry) => providerFinding(tools, entry)));
}

async function providerFinding(tools: Tools, entry: ProviderSettings): Promise<ProviderSeen> {
  const { name } = entry;
  if (entry.disabled === true) return { finding: unknown(`provider ${name}`, 'it is switched off'), times: [] };
  const times: TimeHeard[] = [];
  const http = withDates(tools.http, (date) => times.push({ from: name, said: date, heardAt: tools.clock.now() }));
  const probed = await probe(configure(entry, { http, clock: tools.clock }), tools.clock);
  return { finding: probedFinding(name, probed), times };
}

/** Hears what others say of the time, whatever else they say. */
function withDates(http: HttpClient, hear: (date: number) => void): HttpClient {
  return {
    async send(request) {
      const answer = await http.send(request);
      const date = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(date)) hear(date);
      return answer;
    },
  };
}

/** What came of showing a credential, here or in a server, as people are told of it. */
export function probedFinding(name: string, { outcome, message }: Pick<Probe, 'outcome' | 'message'>): Finding {
  const about = `provider ${plain(name)}`;
  const says = plain(message);
  if (outcome === 'accepted') return good(about, says);
  if (outcome === 'undecided') return beware(about, says, '`trestle requests list` shows whether its calls succeed.');
  const remedy =
    outcome === 'refused'
      ? `give ${plain(name)} a key that its vendor takes, then run this again.`
      : `start what shall answer there, or look at its base_url, the network and the proxy (HTTPS_PROXY, NO_PROXY).`;
  return mend(about, says, remedy);
}
