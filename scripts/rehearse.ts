// `npm run rehearse`: the packaged stack deployed unattended to a local AWS emulator, games played there, and the stack removed again
// (docs/rehearsal.md). Exits with 1 and the reason when something did not work; leaves nothing behind.

import { Command } from 'commander';
import { rehearse } from './rehearse/rehearsal.ts';

const { emulator, log } = new Command('rehearse')
  .description(
    'Deploys the packaged stack to an AWS emulator of its own, plays whole games there and removes it again.',
  )
  .option('--emulator <command>', 'an installed ministack, instead of one from PyPI')
  .option('--log <file>', 'keep what the emulator and the functions say')
  .parse()
  .opts<{ emulator?: string; log?: string }>();

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => controller.abort(new Error(`Stopped by ${signal}`)));

try {
  await rehearse({
    command: emulator,
    logFile: log,
    signal: controller.signal,
    say: (line) => console.log(line),
  });
} catch (error) {
  console.error(`Failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
