/* global __dirname */
/**
 * An esbuild plugin that leaves out of a function's bundle what the AWS SDK has for other programs (docs/decisions/0014): half
 * of a function otherwise. Every rule rewrites one kind of file of the SDK into one that does the same for us and that esbuild
 * can shake; where the SDK has changed so that a rule finds nothing to do, bundles grow and their budgets tell.
 */
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const SOURCES = join(__dirname, '../src');

/** What each file becomes: text from text, given its path and the names that our sources import from the SDK. */
const RULES = [
  // In Lambda credentials are in the environment; locally scripts/local puts them there. The chain brings five more clients.
  [/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, environmentOnly],
  // For the same reason: no files of a home that is empty, no metadata of an instance that there is none of.
  [/@smithy\/core\/dist-es\/submodules\/config\/.*\/fromSharedConfigFiles\.js$/, noConfigFiles],
  [/@smithy\/core\/dist-es\/submodules\/config\/.*\/getInstanceMetadataRegion\.js$/, noInstance],
  [/@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/, usedShapes],
  [/@smithy\/core\/dist-es\/submodules\/protocols\/HttpProtocol\.js$/, staticImports],
  // Whoever imports one, we or the SDK for its user agent, wants to know the version.
  [/\/package\.json$/, versionOnly],
  // What stands in for node:crypto where there is no SHA-256.
  [/@smithy\/core\/dist-es\/submodules\/checksum\/sha256\/Sha256Js\.js$/, neverUsed],
  // Retries that slow down by themselves, when AWS_RETRY_MODE asks for them.
  [/@smithy\/core\/dist-es\/submodules\/retry\/util-retry\/AdaptiveRetryStrategy\.js$/, neverUsed],
  // Used when endpoint discovery is switched on, which it is not; it brings a CommonJS package of data structures.
  [/@aws-sdk\/endpoint-cache\/dist-es\/EndpointCache\.js$/, neverUsed],
];

function environmentOnly() {
  return 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";';
}

/** Every setting is looked for in the environment, in the files, and has a default: the files have none. */
function noConfigFiles() {
  return `
    import { CredentialsProviderError } from "../property-provider/CredentialsProviderError";
    export const fromSharedConfigFiles = () => async () => {
      throw new CredentialsProviderError("Not in the environment");
    };`;
}

function noInstance() {
  return 'export const getInstanceMetadataRegion = async () => undefined;';
}

/**
 * A service's shapes, of which a command needs a few. Two things keep esbuild from dropping the others: keys that are computed
 * (from constants, so they are written out), and the registration of every error class. Of those stay the ones that we catch
 * and the ones that retries know by their class; any other error is thrown as the service's base exception with its own name,
 * as the SDK does with errors that are newer than itself.
 */
function usedShapes(text, path, imported) {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, value]) => [name, value]),
  );
  const errors = readFileSync(join(dirname(path), '../models/errors.js'), 'utf8');
  const retryable = [...errors.matchAll(/^export class (\w+) [^}]*\$retryable/gm)].map(([, name]) => name);
  const kept = new Set([...imported, ...retryable]);
  return text
    .replace(/\[(_\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key))
    .replace(/^n\d+_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, name) =>
      kept.has(name) ? line : '',
    );
}

/** An import at run time keeps all of a module and of those below it; the same import at the top only what it names. */
function staticImports(text) {
  const imports = [];
  const rest = text.replace(/^ *const (\{[\w, ]+\}) = await import\((".+")\);$/gm, (_all, names, from) => {
    imports.push(`import ${names} from ${from};`);
    return '';
  });
  return [...imports, rest].join('\n');
}

/** The classes of a file, empty. */
function neverUsed(text) {
  return [...text.matchAll(/^export class (\w+)/gm)].map(([declared]) => `${declared} {}`).join('\n');
}

function versionOnly(text) {
  return JSON.stringify({ version: JSON.parse(text).version });
}

/** Every name that a source imports from a client of the SDK. */
function importedNames() {
  const files = readdirSync(SOURCES, { recursive: true }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(SOURCES, file), 'utf8');
    const lists = [...text.matchAll(/^import \{([^}]*)\} from '@aws-sdk\/client-/gm)].map(
      ([, names]) => names,
    );
    return lists.flatMap((names) => names.match(/\w+/g) ?? []);
  });
}

const leanSdk = {
  name: 'lean-sdk',
  setup(build) {
    let imported = [];
    build.onStart(() => {
      imported = importedNames();
    });
    for (const [filter, rewrite] of RULES) {
      build.onLoad({ filter }, ({ path }) => ({
        contents: rewrite(readFileSync(path, 'utf8'), path, imported),
        loader: path.endsWith('.json') ? 'json' : 'js',
        resolveDir: dirname(path),
      }));
    }
  },
};

module.exports = [leanSdk];
