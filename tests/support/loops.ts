/** Which functions of a packaged template lead to themselves: by whom each may call or write to, and whom that invokes in turn. */

import { list, ofType, policiesIn, textOf } from './template.ts';
import type { Resources } from './template.ts';

/** What a permission leads to. The rest (the table, logs, secrets, metrics) invokes nobody: there is no stream. */
const LEADS = new Set([
  'lambda:InvokeFunction',
  'sqs:SendMessage',
  'sns:Publish',
  'events:PutEvents',
  'states:StartExecution',
  'states:SendTaskSuccess',
  'states:SendTaskFailure',
  'execute-api:ManageConnections',
]);

/** From the name of each resource to those that it causes to run or to hold something. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What is wrong with the functions' `RecursiveLoop`. That Step Functions, API Gateway and EventBridge begin a new chain is documented
 * for none of them by name, so their ways count as well.
 */
export function loopFindings(all: Resources): readonly string[] {
  const graph = graphOf(all);
  return ofType(all, 'AWS::Lambda::Function').flatMap(([name, { RecursiveLoop }]) => {
    const recurs = reachableFrom(graph, name).has(name);
    if (recurs && RecursiveLoop !== 'Allow') return [`${name} leads to itself and may be stopped`];
    return !recurs && RecursiveLoop !== undefined ? [`${name} leads to itself nowhere, yet may loop`] : [];
  });
}

/** For each type that brings something about: from which of its properties to which. `self` is the resource itself. */
const WAYS: readonly (readonly [type: string, from: string, to: string])[] = [
  ['AWS::Lambda::Function', 'self', 'Role'],
  ['AWS::StepFunctions::StateMachine', 'self', 'RoleArn'],
  ['AWS::Lambda::Alias', 'self', 'FunctionName'],
  ['AWS::Lambda::EventSourceMapping', 'EventSourceArn', 'FunctionName'],
  ['AWS::Lambda::EventInvokeConfig', 'FunctionName', 'DestinationConfig'],
  ['AWS::SQS::Queue', 'self', 'RedrivePolicy'],
  ['AWS::SNS::Topic', 'self', 'Subscription'],
  ['AWS::SNS::Subscription', 'TopicArn', 'Endpoint'],
  ['AWS::Events::Rule', 'EventBusName', 'Targets'],
  // The events of a service name in their pattern whose they are.
  ['AWS::Events::Rule', 'EventPattern', 'Targets'],
];

function graphOf(all: Resources): Graph {
  const ways = WAYS.flatMap(([type, from, to]) =>
    ofType(all, type).flatMap(([name, properties]) =>
      (from === 'self' ? [name] : namesIn(all, properties[from])).map(
        (source) => [source, namesIn(all, properties[to])] as const,
      ),
    ),
  );
  const graph = new Map<string, Set<string>>();
  for (const [source, targets] of [...ways, ...permitted(all), ...ended(all)])
    graph.set(source, new Set([...(graph.get(source) ?? []), ...targets]));
  return graph;
}

type Way = readonly [source: string, targets: readonly string[]];

/** From each role to what it may call and write to. */
function permitted(all: Resources): readonly Way[] {
  return policiesIn(all).map(([role, statements]) => {
    const leading = statements.filter(({ Action }) => list(Action).some((each) => LEADS.has(String(each))));
    return [role, leading.flatMap(({ Resource }) => namesIn(all, Resource))];
  });
}

/** A connection that is ended has the `$disconnect` of its API run; no client is told to send a frame. */
function ended(all: Resources): readonly Way[] {
  return ofType(all, 'AWS::ApiGatewayV2::Route')
    .filter(([, { RouteKey }]) => RouteKey === '$disconnect')
    .flatMap(([, { ApiId, Target }]) => {
      const integrations = namesIn(all, Target).map((name) => all[name]?.Properties?.['IntegrationUri']);
      return namesIn(all, ApiId).map((api) => [api, namesIn(all, integrations)] as const);
    });
}

/** The resources that a value refers to, by reference or, as where two would need each other, by their own names. */
function namesIn(all: Resources, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown) => namesIn(all, each));
  const text = textOf(value);
  const inside = Object.keys(all).filter((name) => new RegExp(`\\$\\{${name}[.}]|"${name}"`).test(text));
  const byName = Object.entries(all).flatMap(([name, { Properties = {} }]) => {
    const own = Properties['FunctionName'] ?? Properties['StateMachineName'];
    const isNamed = typeof own === 'string' && new RegExp(`:${own}(?:$|[":])`).test(text);
    return isNamed ? [name] : [];
  });
  return [...inside, ...byName];
}

/** Everything that something leads to, directly or not. */
function reachableFrom(graph: Graph, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const each of graph.get(next) ?? [])
      if (!found.has(each)) {
        found.add(each);
        open.push(each);
      }
  return found;
}
