import type { Json, JsonObject } from '../core/json.ts';
import type { AuditRecord, PriceRecord } from '../store/store.ts';

/** What is configured, by file and by operators, and the ways to change it. A change is in force when its promise resolves. */
export interface Configuration {
  /** Everything in force in the words of the file, without a secret. */
  read(): ConfigurationInForce;
  /** What would be wrong with this text in the place of the file; nothing is changed. */
  validate(text: string): readonly ConfigurationMistake[];
  /** Reads the file and the environment again. Throws `request-invalid` if they cannot be used; what was in force stays. */
  reload(audit: AuditRecord): Promise<void>;
  /**
   * Sets an entry, after the checks that the file's entries go through. Throws `request-invalid` naming the field, or
   * `resource-conflict` if the file has the name or something else in force would break.
   */
  set(wanted: WantedSetting, audit: AuditRecord): Promise<void>;
  /** Takes an entry out. Throws `resource-conflict` if something else in force needs it. */
  remove(setting: SettingName, audit: AuditRecord): Promise<void>;
  /** Adds prices, in force at once. */
  addPrices(records: readonly PriceRecord[], audit: AuditRecord): Promise<void>;
  /** Makes a new key for the stored credentials and seals every one with it. The answer is their number. */
  rotateVault(audit: AuditRecord): Promise<number>;
}

export interface SettingName {
  readonly kind: 'provider' | 'alias' | 'model';
  /** Of a model: `provider/model`. */
  readonly name: string;
}

export interface WantedSetting extends SettingName {
  /** As the file would say it, without what is secret. */
  readonly entry: Json;
  /** What of it is secret: of a provider `api_key` and `headers`. Left out, what is stored is kept. */
  readonly secrets?: JsonObject;
  readonly disabled?: boolean;
  /** Whether one of this name must be there already or must not be. */
  readonly change: 'create' | 'update';
}

export interface ConfigurationInForce {
  /** The file it came from; absent if there is none. */
  readonly file?: string;
  /** As the file would say it, with `***` for a secret. */
  readonly settings: JsonObject;
  readonly providers: readonly EntryInForce[];
  readonly aliases: readonly EntryInForce[];
  /** What operators set of single models, by `provider/model`. */
  readonly models: readonly EntryInForce[];
  /** Stored entries that cannot be used as things are, and why. */
  readonly leftOut: readonly ConfigurationMistake[];
  /** What is in force and leads to nothing that can be asked. */
  readonly warnings: readonly ConfigurationMistake[];
}

export interface EntryInForce {
  readonly name: string;
  /** In the words of the file, `***` for a secret. Of an alias: with other aliases followed to their ends. */
  readonly entry: JsonObject;
  /** Present if an operator set it over the API; else it is from the file, the environment or the house. */
  readonly stored?: StoredTraits;
}

export interface StoredTraits {
  /** As it was given, without what is secret. */
  readonly entry: JsonObject;
  readonly disabled: boolean;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** It is not in force, for this reason. */
  readonly mistake?: string;
}

export interface ConfigurationMistake {
  /** File, line and column, or what else holds the value. */
  readonly place: string;
  readonly key: string;
  /** What was found and what is wanted. Never shows a secret. */
  readonly message: string;
}
