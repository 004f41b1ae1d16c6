// Records whose keys are what people typed (names of players) or what a peer sent (reasons, kinds). A plain object answers
// `record['constructor']` with something of its prototype, so such a key is only ever looked up here.

/** Values by the name of a player, as frames carry them. */
export type ByName<T> = Readonly<Record<string, T>>;

/** What the record itself holds under this name; undefined when it holds nothing, whatever the name spells. */
export function entryOf<T>(record: ByName<T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
