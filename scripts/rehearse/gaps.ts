// What the emulator lacks of AWS, and what the rehearsal does about it: the same table is in docs/rehearsal.md. The product knows
// nothing of it.

import * as z from 'zod';

/** The version that all of this was seen in. */
export const EMULATOR = { name: 'ministack', version: '1.5.33' } as const;

export interface Gap {
  readonly lacks: string;
  /** A file of the emulator, or what it answered. */
  readonly shown: string;
  readonly done: string;
}

export const GAPS = {
  deployment: {
    lacks: '`AWS::ApiGatewayV2::Deployment` in CloudFormation',
    shown: '`ValidateTemplate`: Unrecognized resource types',
    done: 'left out of the template, its stage deploys by itself; then `CreateDeployment`',
  },
  routeResponse: {
    lacks: '`AWS::ApiGatewayV2::RouteResponse` in CloudFormation',
    shown: '`ValidateTemplate`: Unrecognized resource types',
    done: 'left out of the template; then `CreateRouteResponse`',
  },
  streamify: {
    lacks: 'the global `awslambda` of the managed Node runtime',
    shown: '`core/lambda_runtime.py`, `_NODEJS_WORKER_SCRIPT` defines none',
    done: '`function-process.cjs` defines it, preloaded by `NODE_OPTIONS` of the emulator',
  },
  streaming: {
    lacks: 'a response that streams: the first byte comes with the last',
    shown: '`services/lambda_svc.py`, `_build_response_stream`: one `PayloadChunk` when all is done',
    done: 'nothing: "begun" is told with "ended", so a reply on a new connection waits for the posts',
  },
  apiNames: {
    lacks: 'the name of an API on AWS, which the broadcaster posts to',
    shown:
      '`app.py`, `_EXECUTE_API_RE` knows names under `MINISTACK_HOST` only, which is also the host of queue URLs',
    done: '`function-process.cjs` turns the name into the path `/_aws/execute-api/<id>`',
  },
  edge: {
    lacks: "CloudFront's key-value store in functions, and sockets through a distribution",
    shown:
      "`core/cloudfront_js.py`: require('cloudfront') is not supported; `app.py` takes a WebSocket for an API only",
    done: 'the entry of `npm start` runs the same function before the APIs and the files of the bucket',
  },
  resultSelector: {
    lacks: 'the context object (`$$`) in a `ResultSelector`',
    shown: '`services/stepfunctions.py`, `_apply_result_selector` is given the result alone',
    done: 'such a selector becomes the `Parameters` of a `Pass` state after its own, which come to the same',
  },
  heartbeat: {
    lacks: '`HeartbeatSeconds` of a task: a move clock never runs out',
    shown: '`services/stepfunctions.py`, `_send_task_heartbeat` only notes the time',
    done: 'nothing: every seat moves in time, people by themselves, bots by ticks',
  },
  phaseErrors: {
    lacks: 'the failure of a function that was given a task token: the step waits on',
    shown: '`services/stepfunctions.py`, `_invoke_with_callback` drops the error',
    done: 'nothing: the game would stand still, and the rehearsal fails',
  },
  executions: {
    lacks: 'the end of executions with their state machine: the next one of that name has them still',
    shown: '`ListExecutions` after `sls remove` and a new deployment: those of the stack before',
    done: 'counted are those that began since',
  },
  customResource: {
    lacks:
      'the `Delete` that CloudFormation sends, when it rolls back, to a custom resource whose `Create` failed',
    shown: '`services/cloudformation/stacks.py`, `_roll_back_operation` deletes what was created',
    done: 'nothing: both handlers take away what is there, which may be nothing',
  },
} as const satisfies Readonly<Record<string, Gap>>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly [attribute: string]: unknown;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly [section: string]: unknown;
}

/** Types that the emulator refuses in a template. */
const UNKNOWN_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGatewayV2::RouteResponse',
]);

/** A template that the emulator takes, and the names of the resources that are left out of it, which then need another way. */
export function prepareTemplate(template: Template): {
  readonly template: Template;
  readonly leftOut: Readonly<Record<string, Resource>>;
} {
  const all = Object.entries(template.Resources);
  const leftOut = Object.fromEntries(all.filter(([, { Type }]) => UNKNOWN_TYPES.has(Type)));
  const kept = all
    .filter(([name]) => !(name in leftOut))
    .map(([name, resource]) => [name, withSelections(withoutThem(resource, leftOut))] as const);
  return { template: { ...template, Resources: Object.fromEntries(kept) }, leftOut };
}

/** A stage that names a deployment deploys by itself instead; nothing waits for what is not there. */
function withoutThem(resource: Resource, leftOut: object): Resource {
  const { DependsOn, Properties, ...rest } = resource;
  const waits = [DependsOn ?? []].flat().filter((name) => !(name in leftOut));
  const { DeploymentId, ...others } = Properties ?? {};
  const isStage = resource.Type === 'AWS::ApiGatewayV2::Stage' && DeploymentId !== undefined;
  return {
    ...rest,
    ...(Properties && { Properties: isStage ? { ...others, AutoDeploy: true } : Properties }),
    ...(waits.length > 0 && { DependsOn: waits }),
  };
}

/** A state machine of `selectInStates`, any other resource as it is. */
function withSelections(resource: Resource): Resource {
  const { Type, Properties } = resource;
  const definition = Properties?.['DefinitionString'];
  if (Type !== 'AWS::StepFunctions::StateMachine' || typeof definition !== 'string') return resource;
  const DefinitionString = JSON.stringify(selectInStates(Definition.parse(JSON.parse(definition))));
  return { ...resource, Properties: { ...Properties, DefinitionString } };
}

const Definition = z.looseObject({
  States: z.record(
    z.string(),
    z.looseObject({
      Next: z.optional(z.string()),
      ResultSelector: z.optional(z.record(z.string(), z.unknown())),
      ResultPath: z.optional(z.nullable(z.string())),
    }),
  ),
});
type Definition = z.infer<typeof Definition>;

/** A state machine in which what a selector takes from the context is taken by a state of its own. */
export function selectInStates(definition: Definition): Definition {
  const states = Object.entries(definition.States).flatMap(([name, state]) => {
    const { ResultSelector, ...rest } = state;
    if (!JSON.stringify(ResultSelector ?? {}).includes('"$$.')) return [[name, state] as const];
    if (rest.Next === undefined || rest.ResultPath !== undefined)
      throw new Error(
        `${name}: only a selector that makes the whole output of a state in the middle can be moved`,
      );
    const selection = `${name}Selection`;
    return [
      [name, { ...rest, Next: selection }] as const,
      [selection, { Type: 'Pass', Parameters: ResultSelector, Next: rest.Next }] as const,
    ];
  });
  return { ...definition, States: Object.fromEntries(states) };
}

/** How often each type occurs, by name. */
export function countTypes(types: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const type of types.toSorted()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
