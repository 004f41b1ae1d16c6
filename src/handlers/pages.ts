// The stack's pages: put into the bucket by every deployment, and taken away before the bucket. Called by CloudFormation alone.

import files from 'liap:pages';
import * as z from 'zod/mini';
import { publishPages } from '../app/pages.ts';
import { createPageBucket } from '../aws/page-bucket.ts';
import { createLog } from '../aws/process.ts';
import { createStackResource } from '../aws/stack.ts';
import { Environment, readEnvironment } from './environment.ts';

const environment = readEnvironment(z.pick(Environment, { PAGES_BUCKET: true }));
const bucket = createPageBucket(environment.PAGES_BUCKET);

export const handler = createStackResource(createLog(), (change) =>
  change === 'Delete' ? bucket.empty() : publishPages(bucket, files),
);
