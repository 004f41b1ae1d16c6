// `npm run reference`: the protocol's reference from its zod schemas, as an AsyncAPI document and as a page: docs/reference/.
// What each event is for is said once, in the tables of docs/protocol.md, and read from there.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { createAsyncApi } from './reference/asyncapi.ts';
import { createPage } from './reference/page.ts';

export const FOLDER = 'docs/reference';

/** The files of the reference by name, as text. */
export async function createReference(): Promise<Readonly<Record<string, string>>> {
  const api = createAsyncApi(readFileSync('docs/protocol.md', 'utf8'));
  const style = await resolveConfig('README.md');
  return {
    'asyncapi.json': await format(JSON.stringify(api), { ...style, parser: 'json' }),
    'README.md': await format(createPage(api), { ...style, parser: 'markdown' }),
  };
}

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(await createReference()))
    writeFileSync(`${FOLDER}/${name}`, text);
  console.log(`Written: ${FOLDER}/asyncapi.json, ${FOLDER}/README.md`);
}
