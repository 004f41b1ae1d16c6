/** The pure part of the rehearsal: what is changed in a template for the emulator, and that the document says the same. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  countTypes,
  EMULATOR,
  GAPS,
  prepareTemplate,
  selectInStates,
} from '../../../scripts/rehearse/gaps.ts';
import { read, ROOT, tableOf } from '../../support/documents.ts';

const WEBSOCKETS = {
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'sockets' } },
    Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' } }, DependsOn: 'Answer' },
    Answer: { Type: 'AWS::ApiGatewayV2::RouteResponse', Properties: { RouteId: { Ref: 'Route' } } },
    Deployment: { Type: 'AWS::ApiGatewayV2::Deployment', DependsOn: ['Answer', 'Route'] },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployment' } },
      DependsOn: ['Answer', 'Route'],
    },
  },
  Outputs: { Address: { Value: 'wss://' } },
};

describe('a template prepared for the emulator', () => {
  const { template, leftOut } = prepareTemplate(WEBSOCKETS);

  it('lacks the types that the emulator refuses, and says which resources those were', () => {
    expect(leftOut).toEqual({
      Answer: WEBSOCKETS.Resources.Answer,
      Deployment: WEBSOCKETS.Resources.Deployment,
    });
    expect(Object.keys(template.Resources)).toEqual(['Api', 'Route', 'Stage']);
  });

  it('has a stage that deploys by itself, and nothing that waits for what is not there', () => {
    expect(template.Resources['Stage']).toEqual({
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, AutoDeploy: true },
      DependsOn: ['Route'],
    });
    expect(template.Resources['Route']).not.toHaveProperty('DependsOn');
  });

  it('is otherwise the template that was packaged', () => {
    expect(template['Outputs']).toBe(WEBSOCKETS.Outputs);
    expect(template.Resources['Api']).toEqual(WEBSOCKETS.Resources.Api);
  });

  it('has a state machine whose selectors ask nothing of the context', () => {
    const definition = readFileSync(`${ROOT}/statemachines/game.asl.json`, 'utf8');
    const machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: definition, RoleArn: 'role' },
    };
    const prepared = prepareTemplate({ Resources: { machine } }).template.Resources['machine'];
    const text = String(prepared?.Properties?.['DefinitionString']);
    const { States } = JSON.parse(text) as { States: Record<string, { ResultSelector?: object }> };
    const selectors = Object.values(States).map(({ ResultSelector = {} }) => JSON.stringify(ResultSelector));
    expect(definition).toMatch(/"ResultSelector": \{\s*"roomId\.\$": "\$\$\./);
    expect(selectors.join()).not.toContain('$$.');
    expect(prepared?.Properties?.['RoleArn']).toBe('role');
  });
});

describe('a selector that asks the context', () => {
  const task = { Type: 'Task', Next: 'Next', ResultSelector: { 'id.$': '$$.Execution.Input.id' } };
  const Next = { Type: 'Succeed' };

  it('becomes the parameters of a state between its own and the next', () => {
    expect(selectInStates({ StartAt: 'Task', States: { Task: task, Next } })).toEqual({
      StartAt: 'Task',
      States: {
        Task: { Type: 'Task', Next: 'TaskSelection' },
        TaskSelection: { Type: 'Pass', Parameters: task.ResultSelector, Next: 'Next' },
        Next,
      },
    });
  });

  it('stays where it takes from the result alone', () => {
    const States = { Task: { ...task, ResultSelector: { 'id.$': '$.id' } }, Next };
    expect(selectInStates({ States })).toEqual({ States });
  });

  it('is refused where a state after its own would not come to the same', () => {
    expect(() => selectInStates({ States: { Task: { ...task, ResultPath: '$.there' } } })).toThrow('Task');
    const { Next: _next, ...last } = task;
    expect(() => selectInStates({ States: { Task: last } })).toThrow('Task');
  });
});

describe('docs/rehearsal.md', () => {
  it('says what the emulator lacks in the words of the rehearsal', () => {
    const rows = Object.values(GAPS).map(({ lacks, shown, done }) => [lacks, shown, done]);
    expect(tableOf(read('docs/rehearsal.md'), 'the emulator lacks')).toEqual(rows);
  });

  it('names the version that was read', () => {
    expect(read('docs/rehearsal.md')).toContain(`\`${EMULATOR.name}\` ${EMULATOR.version}`);
  });
});

it('resources are counted by type, in the order of the types', () => {
  expect([...countTypes(['b', 'a', 'b'])]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
});
