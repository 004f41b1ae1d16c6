// The secrets of a stage on AWS: SSM parameters (SecureString), and the key-value store of the entry function.

// Registers what the store's requests are signed with (SigV4A); the client does not bring it along.
import '@aws-sdk/signature-v4a';
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import {
  DeleteParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { randomBytes } from 'node:crypto';
import type { SecretPorts } from '../app/stage-secrets.ts';

export function createSecretPorts(
  KvsARN: string,
  values = new CloudFrontKeyValueStoreClient({}),
): SecretPorts {
  const parameters = new SSMClient({});
  return {
    provide: async (Name, Value) => {
      try {
        await parameters.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
        return Value;
      } catch (error) {
        // By its name: its class would be in every function that reads a secret (scripts/lean-sdk.cjs).
        if (!(error instanceof Error) || error.name !== 'ParameterAlreadyExists') throw error;
      }
      const { Parameter } = await parameters.send(new GetParameterCommand({ Name, WithDecryption: true }));
      if (!Parameter?.Value) throw new Error(`The parameter ${Name} is empty`);
      return Parameter.Value;
    },
    remove: async (names) => {
      await parameters.send(new DeleteParametersCommand({ Names: [...names] }));
    },
    tellEntry: async (Key, Value) => {
      const { ETag } = await values.send(new DescribeKeyValueStoreCommand({ KvsARN }));
      await values.send(new PutKeyCommand({ KvsARN, Key, Value, IfMatch: ETag }));
    },
    random: () => randomBytes(32).toString('base64url'),
  };
}
