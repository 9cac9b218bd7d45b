import type { Config } from './config/config.ts';
import { type ConfigSources, loadConfig } from './config/load.ts';
import { type LeftOut, type Loaded, loadWithStored } from './config/load-stored.ts';
import { ConfigurationError, type Problem } from './config/problems.ts';
import { type Reading, readingOf } from './config/reading.ts';
import { difference, spelledConfig } from './config/spelled-config.ts';
import type { StoredEntry } from './config/stored-entries.ts';
import { asFailure, Failure } from './core/failure.ts';
import type { Clock, Vault } from './core/ports.ts';
import { entriesInForce, isSame, mistakeOf } from './entries-in-force.ts';
import { noPrices, type PricesInForce, pricesFor } from './in-force-prices.ts';
import { ledNowhere } from './led-nowhere.ts';
import type {
  Configuration,
  ConfigurationInForce,
  ConfigurationMistake,
  SettingName,
  WantedSetting,
} from './management/configuration.ts';
import { resealAnswers } from './management/given-answers.ts';
import type { AuditRecord, PriceRecord, Setting, Store } from './store/store.ts';
import { mergedSecrets, openedEntry, purposeOf, refuseMovedSecrets, sealedSecrets } from './stored-secrets.ts';

export interface InForceTools {
  /** Flags, environment and file as they are at this moment. */
  readonly sources: () => ConfigSources;
  /** As they were when the start read them. */
  readonly first: Reading;
  readonly store: Pick<Store, 'settings' | 'prices' | 'audit' | 'answers'>;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Serves by these settings, and by these prices of their providers, from now on. */
  readonly apply: (config: Config, prices: readonly PriceRecord[]) => void;
  /** Is told what file and environment alone say whenever they are read again. */
  readonly taken?: (config: Config) => Promise<void>;
}

/** Everything that is configured: the file and the environment as they were last read, with what operators set beneath them. */
export class InForce implements Configuration {
  readonly #tools: InForceTools;
  #sources: ConfigSources;
  #settings: readonly Setting[];
  #prices = noPrices;
  #loaded: Loaded;

  static async open(tools: InForceTools): Promise<InForce> {
    const opened = new InForce(tools, await tools.store.settings.all());
    opened.#prices = await opened.#pricesFor(opened.#loaded);
    return opened;
  }

  private constructor(tools: InForceTools, settings: readonly Setting[]) {
    const { sources, config } = tools.first;
    this.#tools = tools;
    this.#sources = sources;
    this.#settings = settings;
    this.#loaded = settings.length === 0 ? { config, leftOut: [] } : this.#load(sources, settings);
  }

  /** Serves by it for the first time. */
  begin(): void {
    this.#tools.apply(this.#loaded.config, this.#prices.records);
  }

  read(): ConfigurationInForce {
    const { config, leftOut } = this.#loaded;
    const entries = entriesInForce(this.#loaded, this.#settings);
    return {
      ...(config.file === undefined ? {} : { file: config.file }),
      settings: spelledConfig(config),
      ...entries,
      leftOut: leftOut.flatMap(({ problems }) => problems.map(mistakeOf)),
      warnings: ledNowhere(config, entries.aliases),
    };
  }

  validate(text: string): readonly ConfigurationMistake[] {
    try {
      loadConfig({ ...this.#sources, text });
      return [];
    } catch (thrown) {
      if (thrown instanceof ConfigurationError) return thrown.problems.map(mistakeOf);
      throw thrown;
    }
  }

  async reload(audit: AuditRecord): Promise<void> {
    // The file must stand by itself, for that is how the next start reads it first.
    const { sources, config: alone } = usable(() => readingOf(this.#tools.sources()));
    const next = usable(() => this.#load(sources, this.#settings));
    const prices = await this.#pricesFor(next);
    const summary = `${audit.summary}: ${difference(this.#loaded.config, next.config)}`.slice(0, longestSummary);
    await this.#tools.store.audit.append({ ...audit, summary });
    this.#sources = sources;
    this.#count({ settings: this.#settings, loaded: next, prices });
    await this.#tools.taken?.(alone);
  }

  async set(wanted: WantedSetting, audit: AuditRecord): Promise<void> {
    const { vault, clock, store } = this.#tools;
    const before = this.#known(wanted);
    refuseStranger(wanted, before, this.#loaded.config);
    const setting: Setting = {
      kind: wanted.kind,
      name: wanted.name,
      entry: wanted.entry,
      ...sealedSecrets(vault, wanted, mergedSecrets(vault, wanted, before)),
      disabled: wanted.disabled ?? before?.disabled ?? false,
      version: (before?.version ?? 0) + 1,
      createdAt: before?.createdAt ?? clock.now(),
      updatedAt: clock.now(),
    };
    const settings = [...this.#settings.filter((one) => !isSame(one, wanted)), setting];
    const loaded = this.#checked(settings, wanted);
    refuseMovedSecrets(vault, wanted, before);
    const prices = await this.#pricesFor(loaded);
    await store.settings.save([setting], audit);
    this.#count({ settings, loaded, prices });
  }

  async remove(name: SettingName, audit: AuditRecord): Promise<void> {
    refuseStranger({ ...name, change: 'update' }, this.#known(name), this.#loaded.config);
    const settings = this.#settings.filter((one) => !isSame(one, name));
    const loaded = this.#checked(settings, name);
    const prices = await this.#pricesFor(loaded);
    await this.#tools.store.settings.remove(name, audit);
    this.#count({ settings, loaded, prices });
  }

  async addPrices(records: readonly PriceRecord[], audit: AuditRecord): Promise<void> {
    const { prices } = this.#tools.store;
    await prices.add(records, audit);
    this.#prices = await pricesFor(this.#loaded.config, prices, noPrices);
    this.begin();
  }

  async rotateVault(audit: AuditRecord): Promise<number> {
    const { vault, store } = this.#tools;
    await vault.rotate();
    const anew = this.#settings.flatMap((setting) => resealed(vault, setting) ?? []);
    if (anew.length === 0) await store.audit.append(audit);
    else await store.settings.save(anew, audit);
    this.#settings = this.#settings.map((setting) => anew.find((one) => isSame(one, setting)) ?? setting);
    await resealAnswers(store.answers, vault);
    // One that could not be opened keeps the old keys: it may be mended from a backup.
    if (this.#settings.every(({ sealed }) => sealed === undefined || vault.isCurrent(sealed))) await vault.forgetOld();
    return anew.length;
  }

  #known(name: SettingName): Setting | undefined {
    return this.#settings.find((one) => isSame(one, name));
  }

  #load(sources: ConfigSources, settings: readonly Setting[]): Loaded {
    const opened = settings.map((setting) => openedOrBroken(this.#tools.vault, setting));
    const loaded = loadWithStored({ ...sources, stored: opened.flatMap(({ entry }) => entry ?? []) });
    return { ...loaded, leftOut: [...loaded.leftOut, ...opened.flatMap(({ broken }) => broken ?? [])] };
  }

  /** What would be in force with these, if nothing would break by the change of one of them. */
  #checked(candidate: readonly Setting[], subject: SettingName): Loaded {
    const next = this.#load(this.#sources, candidate);
    refuseBroken(next.leftOut, this.#loaded.leftOut, subject);
    return next;
  }

  #pricesFor({ config }: Loaded): Promise<PricesInForce> {
    return pricesFor(config, this.#tools.store.prices, this.#prices);
  }

  /** Lets count what is durable by now. */
  #count({ settings, loaded, prices }: Next): void {
    this.#settings = settings;
    this.#loaded = loaded;
    this.#prices = prices;
    this.begin();
  }
}

const longestSummary = 2_000;

/** What shall be in force. */
interface Next {
  readonly settings: readonly Setting[];
  readonly loaded: Loaded;
  readonly prices: PricesInForce;
}

interface Opened {
  readonly entry?: StoredEntry;
  readonly broken?: LeftOut;
}

function openedOrBroken(vault: Vault, setting: Setting): Opened {
  const { kind, name, disabled } = setting;
  try {
    return { entry: { kind, name, disabled, entry: openedEntry(vault, setting) } };
  } catch (thrown) {
    const problem = { place: purposeOf(setting), key: 'api_key', sentence: asFailure(thrown).message };
    return { broken: { kind, name, problems: [problem] } };
  }
}

function resealed(vault: Vault, setting: Setting): Setting | undefined {
  if (setting.sealed === undefined) return undefined;
  try {
    return { ...setting, sealed: vault.seal(vault.open(setting.sealed, purposeOf(setting)), purposeOf(setting)) };
  } catch {
    return undefined;
  }
}

/** Only what operators set over the API is changed over it. */
function refuseStranger(
  { kind, name, change }: SettingName & Pick<WantedSetting, 'change'>,
  before: Setting | undefined,
  { providers, aliases, file = 'the environment or the house itself' }: Config,
): void {
  const shown = JSON.stringify(name);
  if (change === 'create' && before !== undefined) {
    throw new Failure(
      'resource-conflict',
      `There is a ${kind} ${shown} already; change that, or choose another name.`,
      {
        param: 'name',
      },
    );
  }
  if (change === 'create' || before !== undefined) return;
  if (kind === 'model') {
    throw new Failure('resource-unknown', `Nothing is set here of the model ${shown}.`, { param: 'id' });
  }
  if ((kind === 'provider' ? providers : aliases).some((one) => one.name === name)) {
    const sentence = `The ${kind} ${shown} is from ${file}; change it there, and POST /admin/v1/config/reload.`;
    throw new Failure('resource-conflict', sentence, { param: 'name' });
  }
  throw new Failure('resource-unknown', `There is no ${kind} ${shown}.`, { param: 'name' });
}

/** A mistake in the entry itself is told by its field; one that it makes in another is a conflict with that. */
function refuseBroken(now: readonly LeftOut[], before: readonly LeftOut[], subject: SettingName): void {
  const own = now.find((one) => isSame(one, subject))?.problems[0];
  const param = subject.kind === 'model' ? 'id' : 'name';
  if (own?.key === '') throw new Failure('resource-conflict', own.sentence, { param });
  if (own !== undefined) {
    const field = fieldOf(own, subject);
    throw new Failure('request-invalid', `${field}: ${own.sentence}`, { param: field });
  }
  const broken = now.find((one) => !before.some((other) => isSame(one, other)));
  const [problem] = broken?.problems ?? [];
  if (problem !== undefined) throw new Failure('resource-conflict', `${problem.key}: ${problem.sentence}`);
}

/** `providers.up.base_url` as a field of the entry: `base_url`. */
function fieldOf({ key }: Problem, { kind, name }: SettingName): string {
  const rest = key.replace(/^(providers|models|model)\./, '');
  const begin = rest.startsWith('"') ? JSON.stringify(name.slice(0, 80)) : name;
  const field = rest.startsWith(begin) ? rest.slice(begin.length).replace(/^\./, '') : '';
  if (field !== '') return field;
  return kind === 'model' ? 'id' : 'name';
}

function usable<T>(load: () => T): T {
  try {
    return load();
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw new Failure('request-invalid', thrown.message);
    throw thrown;
  }
}
