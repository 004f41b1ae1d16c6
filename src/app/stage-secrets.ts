// The secrets of a stage: made once by its first deployment, known to nobody, kept by later ones, gone with the stage.

/** Where secrets are kept, and where the entry function reads its own. */
export interface SecretPorts {
  /** Keeps a value under a name unless there is one, and says which it is now. */
  provide(name: string, value: string): Promise<string>;
  remove(names: readonly string[]): Promise<void>;
  /** Puts a value where the entry function finds it. */
  tellEntry(key: string, value: string): Promise<void>;
  /** As many random bytes as a key needs, as text. */
  random(): string;
}

export interface SecretNames {
  readonly sessionSecret: string;
  readonly adminToken: string;
}

/** The key under which src/edge reads the secret that sessions are signed with. */
const ENTRY_KEY = 'session-secret';

/** Every deployment: a secret that was changed by hand since the last one is told to the entry, too. */
export async function provideSecrets(ports: SecretPorts, names: SecretNames): Promise<void> {
  const [session] = await Promise.all([
    ports.provide(names.sessionSecret, ports.random()),
    ports.provide(names.adminToken, ports.random()),
  ]);
  await ports.tellEntry(ENTRY_KEY, session);
}

/** The end of the stage. The entry's copy goes with its store. */
export function removeSecrets(ports: SecretPorts, names: SecretNames): Promise<void> {
  return ports.remove([names.sessionSecret, names.adminToken]);
}
