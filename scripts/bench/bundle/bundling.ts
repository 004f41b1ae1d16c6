// Bundles functions as `sls package` does: by the options of serverless.yml, and those of its plugin that are esbuild's.

import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const ROOT = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);

/** What serverless-esbuild keeps to itself; whatever else stands there goes to esbuild, which refuses what it does not know. */
const NOT_OF_ESBUILD = [
  'exclude',
  'outputFileExtension',
  'outputWorkFolder',
  'plugins',
  'skipRebuild',
  'watch',
];
const Service = z.object({
  custom: z.object({ esbuild: z.looseObject({ plugins: z.string(), outputFileExtension: z.string() }) }),
  functions: z.record(z.string(), z.object({ handler: z.string() })),
});
const service = Service.parse(parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')));

/** Every function of serverless.yml. */
export const FUNCTIONS: readonly string[] = Object.keys(service.functions);

/** What esbuild is told about every function, but for what goes in and out. */
export function bundleOptions(): BuildOptions {
  const { esbuild } = service.custom;
  return {
    ...Object.fromEntries(Object.entries(esbuild).filter(([name]) => !NOT_OF_ESBUILD.includes(name))),
    outExtension: { '.js': esbuild.outputFileExtension },
    plugins: require(join(ROOT, esbuild.plugins)) as Plugin[],
    absWorkingDir: ROOT,
  };
}

export interface Bundle {
  readonly name: string;
  readonly code: Uint8Array;
  /** In bytes. */
  readonly size: number;
  readonly zipped: number;
  /** Bytes of the bundle by the package or the source file they come from, the weightiest first. */
  readonly weights: readonly { readonly from: string; readonly bytes: number }[];
}

/** Bundles a function in memory. */
export async function bundle(name: string): Promise<Bundle> {
  const { handler } = service.functions[name] ?? { handler: '' };
  const { outputFiles, metafile } = await build({
    ...bundleOptions(),
    entryPoints: [handler.replace(/\.\w+$/, '.ts')],
    outdir: 'unwritten',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${name} gave no bundle`);
  const code = output.contents;
  return {
    name,
    code,
    size: code.byteLength,
    zipped: gzipSync(code).byteLength,
    weights: weightsIn(metafile),
  };
}

function weightsIn({ outputs }: Metafile): Bundle['weights'] {
  const weights = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const from = originOf(path);
      weights.set(from, (weights.get(from) ?? 0) + bytesInOutput);
    }
  }
  return [...weights].map(([from, bytes]) => ({ from, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** The package of a file, or the file itself when it is ours. */
function originOf(path: string): string {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}
