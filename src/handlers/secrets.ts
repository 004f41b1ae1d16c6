// The stack's secrets: made, told to the entry, and taken away with the stage. Called by CloudFormation alone.

import * as z from 'zod/mini';
import { provideSecrets, removeSecrets } from '../app/stage-secrets.ts';
import { createLog } from '../aws/process.ts';
import { createStackResource } from '../aws/stack.ts';
import { createSecretPorts } from '../aws/stage-secrets.ts';
import { Environment, readEnvironment } from './environment.ts';

const environment = readEnvironment(
  z.pick(Environment, {
    SESSION_SECRET_PARAMETER: true,
    ADMIN_TOKEN_PARAMETER: true,
    ENTRY_STORE_ARN: true,
  }),
);
const ports = createSecretPorts(environment.ENTRY_STORE_ARN);
const names = {
  sessionSecret: environment.SESSION_SECRET_PARAMETER,
  adminToken: environment.ADMIN_TOKEN_PARAMETER,
};

export const handler = createStackResource(createLog(), (change) =>
  change === 'Delete' ? removeSecrets(ports, names) : provideSecrets(ports, names),
);
