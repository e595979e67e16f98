/** What a load scenario is: run by name, it says what it measured and which promises it found broken. */

export interface ScenarioOptions {
  /** Where the gateway keeps its state. */
  readonly database: 'sqlite' | 'postgres';
  /** The only format that is exported; null for each. Other scenarios export nothing. */
  readonly format: 'jsonl' | 'csv' | null;
  /** Tells whoever waits how far it is. */
  say(words: string): void;
}

export interface ScenarioResult {
  /** What was measured, for the table at the end. */
  readonly figures: readonly (readonly [what: string, value: string])[];
  /** Each promise that did not hold, in a sentence. */
  readonly broken: readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** What it does and what it checks. */
  readonly sentence: string;
  run(options: ScenarioOptions): Promise<ScenarioResult>;
}
