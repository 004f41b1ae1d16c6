// `npm run bench`: runs all benchmarks and writes what they found into docs/numbers.md, with charts; `--only` renews some parts.
// Exits with 1 when a benchmark missed its budgets; its figures are written all the same.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { execa } from 'execa';
import { format, resolveConfig } from 'prettier';
import { thisMachine } from './bench/machine.ts';
import { pageWith, PARTS, sectionOf } from './bench/numbers.ts';
import type { Part, Section } from './bench/numbers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'docs/numbers.md');
const IMAGES = join(ROOT, 'docs/images');

/** The npm script of each part and what it is called with. */
const COMMANDS: Readonly<Record<Part, readonly [script: string, ...flags: readonly string[]]>> = {
  latency: ['bench:latency', '--variants'],
  cost: ['cost'],
  load: ['load', '--rooms', '10', '--seconds', '60'],
  growth: ['bench:growth'],
  bundle: ['bench:bundle'],
};

const { only, json } = new Command('bench')
  .description('Runs the benchmarks and writes docs/numbers.md.')
  .addOption(
    new Option('--only <part...>', 'these parts; the others stay as they are')
      .choices(PARTS)
      .default([...PARTS]),
  )
  .option('--json <folder>', 'keep what the benchmarks measured there, one file each')
  .parse()
  .opts<{ only: readonly Part[]; json?: string }>();

const folder = json ?? (await mkdtemp(join(tmpdir(), 'liap-bench-')));
await mkdir(folder, { recursive: true });
const sections: Partial<Record<Part, Section>> = {};
// One after the other: they must not slow each other down.
for (const part of PARTS.filter((each) => only.includes(each))) sections[part] = await run(part);
if (json === undefined) await rm(folder, { recursive: true, force: true });
await writePage();

async function run(part: Part): Promise<Section> {
  const [script, ...flags] = COMMANDS[part];
  const command = ['npm run', script, ...(flags.length === 0 ? [] : ['--', ...flags])].join(' ');
  console.log(`${command} …`);
  const file = join(folder, `${part}.json`);
  const { cpu, cores, node, load, at } = thisMachine();
  const { stdout, stderr, exitCode } = await execa(
    'npm',
    ['run', '--silent', script, '--', ...flags, '--json', file],
    { cwd: ROOT, reject: false },
  );
  if (exitCode !== 0) {
    console.error(`${command}: ${stderr.trim()}`);
    process.exitCode = 1;
  }
  const figures: unknown = JSON.parse(await readFile(file, 'utf8'));
  const ranOn = `${at.slice(0, 10)}, ${cpu}, ${cores} cores (load ${load}), Node ${node}`;
  return sectionOf(part, { command, text: stdout, figures, ranOn });
}

async function writePage(): Promise<void> {
  const before = await readFile(PAGE, 'utf8').catch(() => '');
  const page = pageWith(before, sections);
  const style = await resolveConfig(PAGE);
  await writeFile(PAGE, await format(page, { ...style, parser: 'markdown' }));
  await mkdir(IMAGES, { recursive: true });
  for (const { pictures } of Object.values(sections))
    for (const [file, svg] of Object.entries(pictures)) await writeFile(join(IMAGES, file), svg);
  console.log(`Written: ${PAGE}`);
}
